import { allow, type Reason, reason, refuse, type Verdict } from "../model/verdict.ts";

/** Every reason that policy gives, with its meaning for the reference docs. Codes are stable and never reused. */
export const POLICY_CODES = {
  // Starting an issue
  eligible: "The issue may be started.",
  issue_incomplete: "The tracker showed the issue without id, identifier, title or state (S-112).",
  issue_terminal: "The issue is in a state that ends it (S-121, S-126).",
  issue_gone: "The tracker no longer shows the issue (S-120, S-130).",
  issue_unknown: "The tracker could not be asked about the issue; nothing is decided (S-131).",
  state_not_active: "The issue's state is none in which work may happen (S-123, S-129).",
  route_disabled: "The profile switches this route off.",
  route_waits: "On this route the issue waits for people.",
  route_stops: "On this route nothing more happens.",
  route_moves: "On this route the issue is only moved to another state.",
  route_moved: "The issue arrived where its route leads; a lane that did nothing else ends without a run.",
  route_target_unmapped: "The route leads to one that the workflow maps to no tracker state.",
  route_move_pending: "The issue is first moved to the state of the route's target.",
  not_dispatchable: "The tracker's own rules do not allow work on the issue (S-009).",
  label_missing: "A required label is not on the issue (S-044).",
  opted_out: "The issue carries the label that leaves it to people.",
  needs_attention: "The issue carries the label that asks for a person.",
  blocked: "Another issue has to end first.",
  lane_parked: "The issue's lane is parked until a person or new input says otherwise.",
  lane_has_work: "The issue's lane has work that has not been closed.",
  lane_open: "The issue's lane is under way and starts its next run by itself.",
  lane_in_review: "The issue's work was handed off; its lane decides what happens.",
  retry_not_due: "The lane's next start is due later.",
  outbox_pending: "Outside writes of the lane have not been settled.",
  slot_free: "A slot is free.",
  no_slot: "All slots are in use, in all or for the issue's state (S-115, S-116).",
  reopened: "The issue came back after its lane was closed.",
  closed_before: "The issue has not changed since its lane was closed.",
  // Watching work
  alive: "The run was heard of within the limit.",
  not_started: "The run waits in the queue and cannot stall.",
  stall_off: "Stall detection is switched off (S-055).",
  stalled: "The run was silent for longer than the limit (S-125).",
  under_way: "The lane's work goes on.",
  cancel_pending: "The lane's work was taken back and is being stopped.",
  no_settled_work: "No piece of work has ended that nobody has looked at.",
  // Claims on the tracker
  claim_held: "The issue is claimed by this Maestro.",
  claimed_elsewhere: "Another Maestro has claimed the issue on the tracker.",
  claim_unsure: "The tracker could not be asked whether another Maestro has claimed the issue.",
  claim_lost: "The claim on the issue was lost while work went on; the work is taken back.",
  polls_slowed: "A credential's allowance runs low: the tracker is asked less often until it is full again.",
  // After work
  first_start: "The issue is started for the first time.",
  continued: "The run ended cleanly without a deliverable; another session goes on (S-118).",
  retry_started: "The lane starts again after a failure, an interruption or a wait.",
  repair_started: "A run answers what review, checks or the base ask for.",
  repairs_exhausted: "Too many repairs in a row that no person asked for.",
  no_progress: "Too many sessions in a row made no progress that the host could see (G-6).",
  affordable: "All budgets have something left.",
  run_budget_exhausted: "A run has used up its budget.",
  issue_budget_exhausted: "The issue has used up its budget.",
  day_budget_exhausted: "The day's budget is used up; work goes on with the next day.",
  workflow_budget_exhausted: "The workflow's budget is used up; nothing is started until it is raised.",
  price_unknown: "Money is limited, and nobody knows what was spent.",
  account_ready: "An account is free for the work.",
  account_paused: "The account is paused; nothing is started on it before the pause ends.",
  account_busy: "As many runs use the account as may; the next one starts when one of them has ended.",
  account_cooling: "The account rests after its last run.",
  account_budget: "The account has used its tokens of the day.",
  account_quota: "The provider said that the account's capacity is used up until its reset.",
  account_disabled: "The account is switched off.",
  account_missing: "The workflow names an account that nobody has configured.",
  capacity: "A provider's limit or overload ended the work; it goes on without counting as an attempt.",
  retry_budget_exhausted: "Too many failures in a row.",
  interrupted_too_often: "Too many interruptions in a row; counted as a failure.",
  fatal: "The failure cannot be mended by trying again.",
  attention_asked: "The agent asked for a person.",
  question_asked: "The agent asked a question; the answer starts the next run.",
  answered: "A person answered the agent's question.",
  handed_off: "The agent handed off.",
  handed_off_no_change: "The agent handed off with a reason why nothing had to change.",
  no_change: "A hand-off without a change and without a reason for that.",
  head_unknown: "A hand-off of a change whose head the host did not see.",
  route_unknown: "A hand-off to a route that the profile does not allow.",
  route_unmapped: "A hand-off to a route that the workflow maps to no tracker state.",
  result_incomplete: "A result that lacks what its route or the profile's options ask for.",
  result_missing: "A hand-off where the profile asks for a result, or a result where it asks for none.",
  not_repairing: "A repair was called done in a run that repairs nothing.",
  result_delivered: "The agent delivered its result.",
  route_skips_review: "A hand-off of a change to a route on which nobody reviews it.",
  released: "The claim was given up; the workspace is kept.",
  validated: "The declared checks passed on a clean checkout.",
  validation_failed: "The declared checks failed; the next run is told why.",
  validation_broken: "The validation itself could not be carried out.",
  landed: "The change was merged.",
  land_failed: "The change was not merged.",
  cleaned: "The workspace was removed; what existed nowhere else was kept.",
  clean_failed: "The workspace could not be removed.",
  // Parking
  not_parked: "The lane is not parked.",
  parked_until_command: "Only a person's command ends this parking.",
  no_new_input: "Nothing on the issue has changed since the lane was parked.",
  attention_label_removed: "Somebody took the attention label off the issue.",
  state_changed: "Somebody moved the issue to another state.",
  new_comment: "A person whom the project trusts wrote a comment.",
  // Human gates
  approval_pending: "A step waits for a person's approval; nothing of it holds a slot meanwhile.",
  approval_denied: "A person, or the end of its time, denied a step.",
  untrusted_issue: "The issue was written by somebody whom the project does not trust, and nobody has accepted it.",
  // What people ask of a lane
  possible: "It may be asked for now.",
  already: "What is asked for is so already.",
  lane_closed: "The lane has ended.",
  has_work: "The lane has work that has not ended.",
  no_work: "The lane has no work that could be broken off.",
  ending: "The lane's work has ended; only its cleanup is left.",
  cleaning: "The removal of a workspace is not broken off.",
  no_change_open: "The lane has no open change.",
  not_in_review: "The lane's stage is none in which its change is reviewed.",
  lane_paused: "A person holds the lane still until somebody resumes it.",
  not_paused: "The lane is not paused.",
  abandoned: "A person gave the lane up; it is put away.",
  merged_already: "The change is merged; there is nothing left to give up.",
  no_state: "The workflow names no state in which the issue could be left.",
  changes_asked: "A review of the present head asks for changes.",
  review_needed: "Only a member's review lets the change in.",
  cannot_review: "The forge takes no reviews from here.",
  body_missing: "A request for changes, or an answer, has to say something.",
  no_question: "The agent has asked nothing that is not answered.",
  head_changed: "The change shows another head than the one that was looked at.",
  parked_by_person: "A person parked the lane.",
  work_stopped: "A person broke the lane's work off.",
} as const satisfies Record<string, string>;

/** A code of the table above. */
export type PolicyCode = keyof typeof POLICY_CODES;

/** A yes with a code of the table. */
export function yes(code: PolicyCode, sentence: string): Verdict {
  return allow(code, sentence);
}

/** A no with a code of the table. */
export function no(code: PolicyCode, sentence: string): Verdict {
  return refuse(code, sentence);
}

/** A reason with a code of the table. */
export function because(code: PolicyCode, sentence: string): Reason {
  return reason(code, sentence);
}
