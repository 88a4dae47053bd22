import type { ToolContext, ToolResult } from "../contracts/tool.ts";
import type { CompletionSignal } from "../model/run.ts";

/** A signal that says how a run is to end. */
type Announced = Extract<CompletionSignal, { kind: "hand_off" | "attention" }>;

/** Puts on record how the agent wants its run to end, and tells it what makes that count: the second call on the same path. */
export async function announce(context: ToolContext, tool: string, signal: Announced): Promise<ToolResult> {
  const path = signal.kind;
  await context.observe({ type: "signal_recorded", data: { tool, path, signal } });
  return { ok: true, code: "ok", text: `Noted. Now call run_finalize with path "${path}" to end the run.` };
}
