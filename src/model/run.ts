import type { RunResult } from "./result.ts";
import type { Reason } from "./verdict.ts";

/** Where a run stands (S-095). */
export const RUN_PHASES = [
  "claimed",
  "preparing_workspace",
  "building_prompt",
  "launching_agent",
  "initializing_session",
  "streaming_turn",
  "finishing",
  "ended",
] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

/** Why a run exists. `repair` continues a lane in review; `retry` follows a failure, `continuation` a clean end. */
export type RunPurpose = "first" | "continuation" | "retry" | "repair";

/** How a piece of work ended. */
export type WorkStatus = "succeeded" | "failed" | "canceled" | "lost";

/**
 * Why it failed, as far as policy treats the kinds differently.
 * `capacity` and `interrupted` consume no attempt; `fatal` cannot be mended by trying again.
 */
export type FailureKind =
  | "agent"
  | "workspace"
  | "hook"
  | "prompt"
  | "validation"
  | "protocol"
  | "stalled"
  | "timed_out"
  | "capacity"
  | "interrupted"
  | "outside"
  | "fatal";

/** How an agent said that its run ends; `none` when it said nothing that counts. */
export type CompletionSignal =
  | { readonly kind: "none" }
  | {
      readonly kind: "hand_off";
      readonly route: string | null;
      readonly summary: string;
      readonly noChange: string | null;
    }
  /** What review or CI had asked for is done; the end of a repair. */
  | { readonly kind: "repair_done"; readonly summary: string; readonly noChange: string | null }
  /** Words in the form that the profile asks for; `route` is where the issue goes next. */
  | { readonly kind: "result"; readonly route: string; readonly summary: string; readonly result: RunResult }
  | { readonly kind: "attention"; readonly summary: string; readonly question: string | null }
  /** Ends the run without a word more; it goes on with the answer. */
  | { readonly kind: "ask"; readonly question: string; readonly options: readonly string[] }
  | { readonly kind: "invalid"; readonly reason: Reason };

/** Signals that say how the work ended, each confirmed by a second call; also the paths that `run_finalize` takes. */
export const FINAL_PATHS = ["hand_off", "repair_done", "result", "attention"] as const;

/** A signal that says how the work ended. */
export type FinalSignal = Extract<CompletionSignal, { kind: (typeof FINAL_PATHS)[number] }>;

/** Whether an agent has said, in two parts, how its work ended. */
export function isFinal(signal: CompletionSignal): signal is FinalSignal {
  return FINAL_PATHS.some((path) => path === signal.kind);
}

/** What a carrier reports when its work has ended. */
export interface WorkOutcome {
  readonly status: WorkStatus;
  readonly reason: Reason;
  readonly failure: FailureKind | null;
  /** Only for `run`. */
  readonly signal: CompletionSignal;
  /** The lane's head after the work, when it has a branch. */
  readonly headSha: string | null;
  /** Whether the tree differs from the base. */
  readonly changed: boolean;
  /** Turns that were answered. */
  readonly turns: number;
  /** Earliest instant at which trying again makes sense (capacity), epoch milliseconds. */
  readonly notBefore: number | null;
  /** `<kind>/<id>` of the account that was turned away; absent: it was not the account. */
  readonly account?: string;
}
