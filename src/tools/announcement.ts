import type { ToolContext, ToolResult } from "../contracts/tool.ts";
import type { FinalSignal } from "../model/run.ts";

/** Puts on record how the agent wants its run to end, and tells it what makes that count: the second call on the same path. */
export async function announce(context: ToolContext, tool: string, signal: FinalSignal): Promise<ToolResult> {
  const path = signal.kind;
  await context.observe({ type: "signal_recorded", data: { tool, path, signal } });
  return { ok: true, code: "ok", text: `Noted. Now call run_finalize with path "${path}" to end the run.` };
}
