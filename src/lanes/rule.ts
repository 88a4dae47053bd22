import type { LaneFacts } from "../model/facts.ts";
import type { LaneStage } from "../model/lane.ts";
import type { Plan } from "../model/plan.ts";
import { type Reason, reason } from "../model/verdict.ts";

/** Every reason that lanes give beside policy's, with its meaning for the reference docs. Codes are stable and never reused. */
export const LANE_CODES = {
  closed: "The lane has ended.",
  validation_due: "The checks of the handed-off head are started.",
  head_missing: "The host knows no head that could be validated; a run goes on.",
  change_unseen: "The change was asked for and has not been seen on the forge.",
  hand_off_told: "The issue is told what is handed off, before it is moved.",
  gate_shut: "What the host has seen does not let the change pass its gate.",
  change_up: "The change is on the forge; the issue is moved and told.",
  merged: "The change is merged, by Maestro or by a person.",
  closed_unmerged: "The issue ended before its change was merged; its branch stays.",
  change_unknown: "The forge could not be asked about the change; nothing is decided.",
  change_missing: "The forge does not show the change.",
  change_closed: "A person closed the change without merging it.",
  change_closed_restart: "The change was closed and its issue is active again: the next lane starts afresh.",
  head_moved: "The change shows a head that Maestro did not push; nothing is landed or repaired.",
  checks_unconfirmed: "Required checks failed, but not yet so often in a row that it counts.",
  repair_due: "A fact about the change asks for a repair that was not tried yet.",
  repair_resumed: "A repair that did not get through is started again.",
  ready_to_land: "Approved, checked, mergeable, at the head that was validated.",
  waiting_repaired: "The last repair was handed off; what asked for it still stands and needs a new look.",
  change_draft: "The change is a draft.",
  waiting_for_review: "No person has approved the present head.",
  checks_failed: "Maestro's own check failed at the present head.",
  checks_pending: "Required checks of the present head have not ended.",
  head_not_validated: "The head of the change is not the one whose validation passed.",
  forge_blocks: "The rules of the forge do not allow the merge yet.",
  mergeability_unknown: "The forge has not said whether the change merges cleanly.",
  review_resumed: "The issue of a released lane is in review again, and its change is open.",
  closeout_done: "Everything outside is settled; the workspace goes.",
  cleanup_due: "The workspace is removed; what exists nowhere else is kept.",
  change_refused: "The forge refused the change.",
  move_refused: "The tracker refused to move the issue.",
  write_refused: "An outside write that nothing depends on was refused.",
} as const satisfies Record<string, string>;

/** A code of the table above. */
export type LaneCode = keyof typeof LANE_CODES;

/** One row of the classifier. The first row whose stage fits and whose `when` holds decides. */
export interface Rule {
  /** Name of the row; its plan's reason has this code, or a more exact one from policy. */
  readonly code: string;
  readonly stages: readonly LaneStage[];
  readonly when: (facts: LaneFacts) => boolean;
  readonly plan: (facts: LaneFacts) => Plan;
}

/** A reason with a code of the table. */
export function because(code: LaneCode, sentence: string): Reason {
  return reason(code, sentence);
}

/** Nothing to do but wait. */
export function waitFor(why: Reason): Plan {
  return [{ do: "wait", reason: { code: why.code, sentence: why.sentence } }];
}
