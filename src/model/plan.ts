import type { AccountPause } from "./account.ts";
import type { NewApproval } from "./approval.ts";
import type { LaneStage, Retry, WorkCount } from "./lane.ts";
import type { PlannedWrite } from "./outbox.ts";
import type { Answer, Question } from "./question.ts";
import type { RunPurpose } from "./run.ts";
import type { Reason } from "./verdict.ts";

/**
 * What is to be done about a lane, decided purely and carried out by the orchestrator in one transaction.
 * Steps are carried out in order; each carries its own reason.
 */
export type Step =
  | {
      readonly do: "start_run";
      readonly purpose: RunPurpose;
      readonly repairs: string | null;
      /** Keys of all facts about the change that the run is told of. */
      readonly answers?: readonly string[];
      readonly feedback: string | null;
      readonly reason: Reason;
    }
  | { readonly do: "start_validate"; readonly reason: Reason }
  | { readonly do: "start_land"; readonly reason: Reason }
  | { readonly do: "start_clean"; readonly deleteBranch: boolean; readonly reason: Reason }
  | { readonly do: "cancel_work"; readonly reason: Reason }
  | { readonly do: "close_work"; readonly counts: WorkCount; readonly reason: Reason }
  | {
      readonly do: "accept_hand_off";
      readonly route: string;
      readonly summary: string;
      readonly noChange: string | null;
    }
  | { readonly do: "stage"; readonly stage: LaneStage; readonly reason: Reason }
  | { readonly do: "schedule"; readonly retry: Retry }
  | { readonly do: "clear_retry"; readonly reason: Reason }
  | { readonly do: "write"; readonly write: PlannedWrite }
  | {
      readonly do: "park";
      readonly until: "command" | "input";
      readonly reason: Reason;
      readonly question?: Question;
    }
  | { readonly do: "unpark"; readonly reason: Reason; readonly answer?: Answer }
  /** Puts a question to people; the step that it is about is not taken before they have answered. */
  | { readonly do: "ask_approval"; readonly request: NewApproval }
  /** Nothing is started on an account for some time, whichever lane wants to. */
  | { readonly do: "pause_account"; readonly pause: AccountPause }
  | { readonly do: "close_lane"; readonly reason: Reason }
  /** Nothing to do; the reason says what the lane waits for. */
  | { readonly do: "wait"; readonly reason: Reason };

/** The steps of one decision, never empty: a decision to wait says so. */
export type Plan = readonly [Step, ...Step[]];
