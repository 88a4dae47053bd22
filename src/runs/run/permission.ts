import type { PermissionAnswer, PermissionRequest } from "../../contracts/agent-provider.ts";

/** What an agent may do in its own workspace without anybody being there to ask: everything that its runtime confines. */
const ALLOWED: readonly PermissionRequest["kind"][] = ["command", "file_change", "tool"];

/**
 * The host's answer to an agent that asks in the middle of a turn. Decided at once, by what is asked alone: no turn is held open for a person.
 * What nobody foresaw is refused.
 */
export function judgePermission({ kind, summary }: PermissionRequest): PermissionAnswer {
  if (ALLOWED.includes(kind)) return { decision: "allow", reason: "Within the workspace the agent may act." };
  const reason =
    kind === "question"
      ? "Nobody reads along. Decide yourself and say what you decided, or end the run with run_attention."
      : `Not allowed in an unattended run: ${summary}`;
  return { decision: "refuse", reason };
}
