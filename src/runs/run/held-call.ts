import { toMaestroError } from "../../base/errors.ts";
import { shortHash } from "../../base/ids.ts";
import { isJsonObject, stableJson } from "../../base/json.ts";
import type { ToolCall, ToolDescriptor, ToolResult } from "../../contracts/tool.ts";
import { findApproval, isGatedTool, toolRequest } from "../../policy/index.ts";
import type { WorkContext } from "../context.ts";

/** Longest part of a call's arguments that people are shown, characters. */
const LONGEST_WORDS = 2_000;

const WAITING =
  "This call waits for a person's approval and was not carried out. Do not call it again in this run: end your turn now. The next run is " +
  "told the answer, and whether to make the call again.";

/**
 * The answer to a call that people are asked about first, at once: that it waits, or that it was denied. `null`: it may be carried out, and a yes
 * is used up by that. Never rejects.
 */
export async function holdCall(
  { parts, workflow, work, observer }: WorkContext,
  { effect = "write" }: ToolDescriptor,
  call: ToolCall,
): Promise<ToolResult | null> {
  const { approvals } = workflow;
  if (approvals === undefined || !isGatedTool(approvals, call.name, effect)) return null;
  const text = stableJson(isJsonObject(call.arguments) ? call.arguments : {});
  const subject = `${call.name}-${shortHash(text, 16)}`;
  try {
    const lane = await parts.record.views.lane(work.laneId);
    const known = lane === undefined ? undefined : findApproval(lane, "tool", subject);
    if (known?.answer?.decision === "approved") {
      await observer.observe({ type: "approval_used", data: { id: known.id } });
      return null;
    }
    if (known?.answer?.decision === "denied") {
      const { actor, reason } = known.answer;
      return { ok: false, code: "denied", text: `Denied by ${actor}: ${reason} Go on without this call.` };
    }
    const words = parts.secrets.redact(text).slice(0, LONGEST_WORDS);
    const request = toolRequest(approvals, { tool: call.name, subject, words }, parts.clock.now());
    if (known === undefined) await observer.observe({ type: "approval_requested", data: request });
    return { ok: false, code: "approval_pending", text: WAITING };
  } catch (error) {
    return { ok: false, code: "refused", text: `It could not be asked for: ${toMaestroError(error).message}` };
  }
}
