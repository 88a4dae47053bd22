import type { EventOf } from "../model/events/index.ts";
import type { CompletionSignal } from "../model/run.ts";
import { reason } from "../model/verdict.ts";

/** What a completion tool wrote. */
export type SignalRecord = EventOf<"signal_recorded">["data"];

/**
 * How a run ends by its signals, in the order in which they were recorded. It counts what was said and then finalised on the same
 * path, and a question by itself; everything else is invalid, never guessed. Nothing at all is `none`.
 */
export function judgeSignals(records: readonly SignalRecord[]): CompletionSignal {
  const said = records.filter(({ signal }) => signal.kind !== "none");
  const last = said.at(-1);
  const finals = records.filter(({ signal }) => signal.kind === "none");
  if (last === undefined) return finals.length === 0 ? { kind: "none" } : invalid("finalize_without_signal");
  if (said.some(({ signal }) => signal.kind !== last.signal.kind)) return invalid("mixed_signals");
  if (last.signal.kind === "ask") return finals.length === 0 ? allAsked(said) : invalid("path_mismatch");
  if (finals.some(({ path }) => path !== last.path)) return invalid("path_mismatch");
  return records.at(-1)?.signal.kind === "none" ? last.signal : invalid("missing_finalize");
}

/** A question needs no confirmation: it costs a person's answer, not a hand-off. Several are one. */
function allAsked(said: readonly SignalRecord[]): CompletionSignal {
  const asked = said.flatMap(({ signal }) => (signal.kind === "ask" ? [signal] : []));
  const question = [...new Set(asked.map((signal) => signal.question))].join("\n\n");
  return { kind: "ask", question, options: [...new Set(asked.flatMap(({ options }) => options))] };
}

/** Whether more turns of the same run can still make these signals valid. */
export function isMendable(signal: CompletionSignal): boolean {
  return signal.kind === "invalid" && MENDABLE.includes(signal.reason.code);
}

const MENDABLE: readonly string[] = ["missing_finalize", "finalize_without_signal"];

const SENTENCES = {
  missing_finalize: "The agent announced an end of the run, but did not confirm it with run_finalize.",
  finalize_without_signal: "The agent called run_finalize without saying before how the run ends.",
  path_mismatch: "The agent called run_finalize with another path than what it had announced.",
  mixed_signals:
    "The agent announced more than one end of the run: a hand-off, a repair, a result, a question, a need for attention.",
} as const;

function invalid(code: keyof typeof SENTENCES): CompletionSignal {
  return { kind: "invalid", reason: reason(code, SENTENCES[code]) };
}
