import { randomUUID } from "node:crypto";
import { type Ask, instantOf } from "./world.ts";

/** Marks the request as one with effect and tells the workspace's hooks. Of a change they learn the old values only. */
export function notify(ask: Ask, event: string, id: string, old: Readonly<Record<string, string>>): void {
  const { world, workspace, params, account } = ask;
  ask.call.effect = true;
  const names = Object.keys(old);
  for (const { url, secret, format } of workspace.hooks) {
    const eventId = randomUUID();
    const content: Record<string, string> = {
      ...{ event, event_id: eventId, workspace_id: workspace.id, id, secret },
      current_user: params.current_user ?? account,
      created: instantOf(world, world.server.clock.now()),
      ...(names.length > 0 && { change_fields: names.join(",") }),
      ...Object.fromEntries(names.map((name) => [`old_${name}`, old[name] ?? ""])),
    };
    const isForm = format === "form";
    const body = isForm ? new URLSearchParams(content).toString() : JSON.stringify(content);
    const headers = { "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json" };
    world.server.webhooks.send({ url, event, id: eventId, headers, body });
  }
}
