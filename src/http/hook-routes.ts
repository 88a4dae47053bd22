import type { Respond, Workings } from "./call.ts";
import { param } from "./call.ts";
import { type ErrorCode, refusal } from "./errors.ts";
import type { Hooks } from "./parts.ts";
import { jsonReply } from "./reply.ts";

type Refusal = Extract<ReturnType<Hooks["receive"]>, { ok: false }>["code"];

const REFUSALS: Record<Refusal, ErrorCode> = {
  unknown: "hook_unknown",
  off: "hook_off",
  unsigned: "hook_refused",
  bad_signature: "hook_refused",
  too_old: "hook_too_old",
  unreadable: "hook_unreadable",
};

/** Webhooks: answered at once, whatever they lead to. */
export function hookRoutes({ parts }: Workings) {
  return {
    hook: (call) => {
      const headers = Object.fromEntries(call.request.headers);
      const kind = param(call, "kind");
      const answer = parts.hooks.receive(kind, { body: call.raw, headers, receivedAt: parts.clock.now() });
      if (answer.ok) return jsonReply(parts.secrets, { accepted: true, duplicate: answer.duplicate }, 202);
      parts.log.warn("a webhook was refused", { kind, code: answer.code });
      throw refusal(REFUSALS[answer.code]);
    },
  } satisfies Record<string, Respond>;
}
