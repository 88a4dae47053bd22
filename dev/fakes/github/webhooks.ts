import { createHmac, randomUUID } from "node:crypto";
import type { RefUpdate } from "../git-http/index.ts";
import type { Json } from "../shared/json.ts";
import type { GithubRepo } from "./state.ts";
import { repoView, userView } from "./views.ts";
import type { Doing } from "./world.ts";

/** Marks the request as one with effect and tells the repository's hooks. `event` may carry its action: `issues.opened`. */
export function changed(doing: Doing, repo: GithubRepo, event: string, content: Json): void {
  const { world, call, actor } = doing;
  call.effect = true;
  const [name = "", action] = event.split(".");
  for (const hook of world.data.hooks) {
    if (hook.repoId !== repo.id || !hook.active || !(hook.events.includes(name) || hook.events.includes("*"))) continue;
    const body = JSON.stringify({
      ...(action !== undefined && { action }),
      ...content,
      repository: repoView(world.data, repo),
      sender: userView(world.data, actor),
    });
    const id = randomUUID();
    const headers = {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/fake",
      "x-github-event": name,
      "x-github-delivery": id,
      "x-github-hook-id": String(hook.id),
      "x-github-hook-installation-target-id": String(repo.id),
      "x-github-hook-installation-target-type": "repository",
      ...(hook.secret !== "" && {
        "x-hub-signature-256": `sha256=${createHmac("sha256", hook.secret).update(body).digest("hex")}`,
      }),
    };
    world.server.webhooks.send({ url: hook.url, event: name, id, headers, body });
  }
}

const ZERO = "0".repeat(40);

/** Tells that a ref moved, by a push or by the forge itself. */
export function pushed(doing: Doing, repo: GithubRepo, { ref, before, after }: RefUpdate): void {
  const facts = { created: before === ZERO, deleted: after === ZERO, forced: false, head_commit: null, commits: [] };
  changed(doing, repo, "push", { ref, before, after, base_ref: null, compare: "", ...facts });
}
