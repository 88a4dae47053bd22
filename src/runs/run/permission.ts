import type { PermissionAnswer, PermissionRequest } from "../../contracts/agent-provider.ts";

/** What an agent may do in its own workspace without anybody being there to ask: everything that its runtime confines. */
const ALLOWED: readonly PermissionRequest["kind"][] = ["command", "file_change", "tool"];

/** A question that is put to people when its turn ends without the agent having found its own way. */
const HELD =
  "Nobody reads along now. End your turn, and the question is put to a person: you go on in this session with the answer. " +
  "Or decide yourself, say what you decided, and finish the run.";

/**
 * The host's answer to an agent that asks in the middle of a turn. Decided at once, by what is asked alone: no turn is held open for a person.
 * What nobody foresaw is refused; `canAsk`: the agent is told that it may ask a person with `run_ask` instead.
 */
export function judgePermission({ kind, summary, question }: PermissionRequest, canAsk = false): PermissionAnswer {
  if (ALLOWED.includes(kind)) return { decision: "allow", reason: "Within the workspace the agent may act." };
  if (question !== undefined && canAsk) return { decision: "refuse", reason: HELD };
  const ask = canAsk ? "call run_ask and end your turn" : "end the run with run_attention";
  const reason =
    kind === "question"
      ? `Nobody reads along. Decide yourself and say what you decided, or ${ask}.`
      : `Not allowed in an unattended run: ${summary}. When you cannot go on without it, ${ask}.`;
  return { decision: "refuse", reason };
}
