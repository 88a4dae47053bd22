import type { NewApproval } from "../approval.ts";
import type { CapacityWindow } from "../capacity.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { CompletionSignal, RunPhase, WorkOutcome } from "../run.ts";
import type { RunSummary } from "../run-summary.ts";
import type { RunSession } from "../session.ts";
import type { BudgetMeeting } from "../budget.ts";
import type { Spending, SpendingSource } from "../spending.ts";
import type { TreeMark } from "../tree-mark.ts";
import type { TokenUsage } from "../usage.ts";
import type { WorkKind } from "../work.ts";

/** Observations of whoever carries out a piece of work; each needs the lane's newest fence. */
export type WorkEvent =
  /** Written by the engine, in the transaction that hands the lease out and raises the fence. */
  | {
      readonly type: "lease_granted";
      readonly data: { readonly id: string; readonly kind: WorkKind; readonly fence: number; readonly holder: string };
    }
  /** Written by the engine, in the transaction that takes a lease away; raises the fence, so that a frozen holder is refused. */
  | {
      readonly type: "lease_lost";
      readonly data: { readonly id: string; readonly kind: WorkKind; readonly fence: number; readonly holder: string };
    }
  | {
      readonly type: "work_settled";
      readonly data: { readonly id: string; readonly kind: WorkKind; readonly outcome: WorkOutcome };
    }
  | { readonly type: "phase_entered"; readonly data: { readonly phase: RunPhase } }
  | {
      readonly type: "workspace_prepared";
      readonly data: {
        readonly path: string;
        readonly created: boolean;
        readonly baseSha: string | null;
        readonly headSha: string | null;
      };
    }
  | { readonly type: "workspace_removed"; readonly data: { readonly path: string; readonly salvage: string | null } }
  | {
      readonly type: "hook_finished";
      readonly data: { readonly hook: string; readonly ok: boolean; readonly detail: string; readonly ms: number };
    }
  /** Written before the process exists: `marker` is in its environment and in that of all its descendants. */
  | { readonly type: "process_spawning"; readonly data: { readonly marker: string; readonly role: string } }
  | { readonly type: "process_started"; readonly data: { readonly marker: string; readonly pid: number } }
  | {
      readonly type: "process_exited";
      readonly data: { readonly marker: string; readonly code: number | null; readonly signal: string | null };
    }
  /** Written before the first prompt is sent. */
  | {
      readonly type: "session_started";
      readonly data: RunSession & {
        readonly sessionId: string;
        readonly promptHash: string;
        /** Day that it is put down to, in the workflow's time zone. */
        readonly day?: string;
      };
    }
  | { readonly type: "turn_started"; readonly data: { readonly turn: number } }
  /** The agent's own id of its turn (S-178). */
  | { readonly type: "turn_named"; readonly data: { readonly id: string } }
  /** What the provider said of the account's capacity; no sign that work goes on. */
  | { readonly type: "capacity_seen"; readonly data: { readonly windows: readonly CapacityWindow[] } }
  | {
      readonly type: "turn_finished";
      readonly data: {
        readonly turn: number;
        readonly status: string;
        readonly detail: string | null;
        readonly ms: number;
      };
    }
  | {
      readonly type: "usage_reported";
      readonly data: {
        readonly usage: TokenUsage;
        readonly model: string | null;
        /** The whole of it, with its price as it was then; absent in records of older versions. */
        readonly spending?: Spending;
        readonly source?: SpendingSource;
      };
    }
  /** A share of a budget, or all of it, was used up while a run went on. */
  | { readonly type: "budget_met"; readonly data: BudgetMeeting }
  /** The last words of the agent, shortened; all of it is in the transcript. */
  | { readonly type: "progress_seen"; readonly data: { readonly message: string } }
  | {
      readonly type: "tool_called";
      readonly data: { readonly tool: string; readonly ok: boolean; readonly code: string; readonly ms: number };
    }
  /** People are asked before a step: by the orchestrator, or by a run whose agent called a tool that waits for them. */
  | { readonly type: "approval_requested"; readonly data: NewApproval }
  /** A call that people said yes to is carried out now: the yes holds for no second one. */
  | { readonly type: "approval_used"; readonly data: { readonly id: string } }
  | {
      readonly type: "signal_recorded";
      readonly data: { readonly tool: string; readonly path: string; readonly signal: CompletionSignal };
    }
  | {
      readonly type: "commit_seen";
      readonly data: {
        readonly headSha: string;
        readonly changed: boolean;
        /** What the tree differs in from the base, without white space; `null`: in nothing. Absent: nobody looked. */
        readonly mark?: TreeMark | null;
      };
    }
  /** What the agent recorded of where its work stands. A claim; nothing is decided on it. */
  | { readonly type: "checkpoint_recorded"; readonly data: Checkpoint }
  /** Written with the end of a run, by whoever carried it out. */
  | { readonly type: "run_summarised"; readonly data: { readonly summary: RunSummary } }
  | { readonly type: "transcript_kept"; readonly data: { readonly file: string; readonly bytes: number } };
