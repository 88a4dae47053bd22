import type { Call, Respond, Workings } from "./call.ts";
import { param } from "./call.ts";
import { refusal } from "./errors.ts";
import { emptyReply, jsonReply, preparedReply, textReply } from "./reply.ts";
import { ROUTES } from "./route-table.ts";
import type { HeldStatus } from "./state-cache.ts";

/** A browser may keep it, and has to ask whether it is still true. */
const REVALIDATE = "no-cache";

/** The status under both its names, and one issue in Symphony's words. */
export function statusRoutes({ parts, states, metrics }: Workings) {
  const state: Respond = (call) => {
    const held = states.get();
    return held instanceof Promise ? held.then((status) => stateReply(call, status)) : stateReply(call, held);
  };
  return {
    usage: async ({ query }) => {
      const by = ROUTES.usage.query.by.of.find((group) => group === query.text("by")) ?? "issue";
      const asked = { by, since: query.text("since"), until: query.text("until") };
      return jsonReply(parts.secrets, await parts.reading.usage(asked));
    },
    symphonyState: state,
    status: state,
    symphonyIssue: async (call) => {
      const wanted = param(call, "issue");
      const document = await parts.reading.issueState(wanted);
      if (document === null) throw refusal("issue_not_found", `No issue called "${wanted}" has been taken up.`);
      return jsonReply(parts.secrets, document);
    },
    health: () => jsonReply(parts.secrets, { ok: true }),
    readiness: () => {
      const reasons = parts.health.problems().map(({ code, sentence }) => ({ code, sentence }));
      const ready = reasons.length === 0;
      return jsonReply(parts.secrets, { ready, reasons }, ready ? 200 : 503);
    },
    metrics: async () => textReply(await metrics.text(), "text/plain; version=0.0.4; charset=utf-8"),
  } satisfies Record<string, Respond>;
}

function stateReply({ request }: Call, { json, etag }: HeldStatus): Response {
  const known = request.headers.get("if-none-match");
  if (known?.split(",").some((tag) => tag.trim() === etag))
    return emptyReply(304, { etag, "cache-control": REVALIDATE });
  return preparedReply(json, { etag, "cache-control": REVALIDATE });
}
