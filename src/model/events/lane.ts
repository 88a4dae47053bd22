import type { ApprovalAnswer } from "../approval.ts";
import type { Lane, LaneStage, Parking, Retry, Run, WorkCount } from "../lane.ts";
import type { Issue } from "../issue.ts";
import type { Answer } from "../question.ts";
import type { LaneProgress } from "../progress.ts";
import type { PolicyMark } from "../policy-mark.ts";
import type { RunPurpose } from "../run.ts";
import type { LedgerRow, Spending } from "../spending.ts";
import type { Reason } from "../verdict.ts";
import type { WorkKind } from "../work.ts";

/** Decisions about a lane; only the orchestrator writes them. */
export type LaneEvent =
  | {
      readonly type: "lane_opened";
      readonly data: {
        readonly issue: Issue;
        readonly ordinal: number;
        readonly profile: string;
        readonly workflowHash: string;
        readonly machine: string;
        readonly workspaceKey: string;
        readonly branch: string | null;
        readonly reason: Reason;
        /** What the issue's earlier lanes leave to this one. Absent: there is none. */
        readonly carried?: { readonly spent: Spending; readonly progress: LaneProgress };
      };
    }
  /** A trusted person said or did something about the issue while its lane was not parked. */
  | { readonly type: "input_seen"; readonly data: { readonly by: string; readonly sentence: string } }
  | { readonly type: "issue_refreshed"; readonly data: { readonly issue: Issue } }
  | {
      readonly type: "work_enqueued";
      readonly data: {
        readonly id: string;
        readonly kind: WorkKind;
        readonly run: number;
        readonly purpose: RunPurpose;
        readonly workflowHash: string;
        readonly reason: Reason;
        /** The change fact that this run repairs, so that it is never repaired twice. */
        readonly repairs: string | null;
        /** The policy that it begins under; only with runs, and absent in older records. */
        readonly policy?: PolicyMark;
        /** Keys of all facts about the change that this run is told of. Absent: only `repairs`. */
        readonly answers?: readonly string[];
      };
    }
  | { readonly type: "work_canceled"; readonly data: { readonly id: string; readonly reason: Reason } }
  /** The end of a piece of work has been looked at: what follows is decided and the lane is free for the next. */
  | {
      readonly type: "work_closed";
      readonly data: {
        readonly id: string;
        readonly kind: WorkKind;
        /** How the counters move: a success clears failures, an idle session counts, an interruption counts as one. */
        readonly counts: WorkCount;
        readonly reason: Reason;
      };
    }
  | { readonly type: "lane_staged"; readonly data: { readonly stage: LaneStage; readonly reason: Reason } }
  | {
      readonly type: "hand_off_accepted";
      readonly data: { readonly route: string; readonly summary: string; readonly noChange: string | null };
    }
  | { readonly type: "retry_scheduled"; readonly data: Retry }
  | { readonly type: "retry_cleared"; readonly data: { readonly reason: Reason } }
  | { readonly type: "lane_parked"; readonly data: Parking }
  | {
      readonly type: "lane_unparked";
      readonly data: { readonly actor: string; readonly reason: Reason; readonly answer?: Answer };
    }
  /** An answer to a request: the first one counts, and there is no second. */
  | { readonly type: "approval_answered"; readonly data: { readonly id: string; readonly answer: ApprovalAnswer } }
  | { readonly type: "lane_closed"; readonly data: { readonly reason: Reason } }
  /** Stands in for all events of a closed lane that retention has removed. */
  | {
      readonly type: "lane_archived";
      readonly data: {
        readonly lane: Lane;
        readonly runs: readonly Run[];
        readonly events: number;
        /** Its rows of the ledger. Absent in records of older versions. */
        readonly ledger?: readonly LedgerRow[];
      };
    };
