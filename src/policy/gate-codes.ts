/** Every reason for which a gate is shut, with what mends it. Codes are stable and never reused. The agent is told both. */
export const GATE_CODES = {
  // What was made
  content_unseen: "Hand off with run_handoff and run_finalize: the host then looks at the tree itself.",
  content_missing: "Change something, or hand off with no_change_reason.",
  tree_dirty: "Hand off with run_handoff and run_finalize: the host then takes over what is not committed.",
  // What the host checked
  validation_missing:
    "Hand off with run_handoff and run_finalize: the host then runs the declared checks on a clean checkout.",
  validation_failed: "Read the checks' output, mend what they found, and hand off again.",
  validation_stale: "Hand off again: the host then checks the present head.",
  validation_claimed: "Let the host run the checks: hand off, and leave validation.in out of the workflow file.",
  evidence_missing: "Let who is named there look: the profile asks for this fact about the present head.",
  // What the forge shows
  push_missing: "Hand off with run_handoff and run_finalize: the host then pushes the head that it checked.",
  push_stale:
    "Hand off again: the host then pushes the present head. Somebody else's commits on the branch are theirs to take back.",
  change_unseen: "Wait until the forge answers.",
  change_missing: "Hand off with run_handoff and run_finalize: the host then makes the change.",
  change_not_open: "Let a person reopen the change, or move the issue to an active state for a new one.",
  change_foreign: "Close the change of the other repository: the branch belongs into this one.",
  change_wrong_branch: "Close it; the lane's own branch gets a change of its own.",
  change_head_differs: "Hand off again, or let who pushed to the branch take it back.",
  change_is_draft: "Mark the change as ready for review.",
  change_not_linked: "Name the issue in the title or the text of the change.",
  look_too_old: "Wait for the next look at the forge.",
  // What people said
  workpad_missing: "Wait until the issue was told what is handed off.",
  workpad_stale: "Wait until the issue was told about the present head.",
  discussion_open: "Answer what people wrote on the change, and mend what they ask for.",
  // Before landing
  changes_requested: "Mend what the review asks for and hand off again.",
  approval_missing: "Let a person approve the present head.",
  approval_guarded:
    "Let a member approve the present head on the forge: it touches files that decide how changes are made and checked.",
  checks_red: "Mend what the required checks found and hand off again.",
  checks_open: "Wait until the required checks of the present head have ended.",
  checks_unproven:
    "Require a check of the forge's own on the base branch, or set landing.validation_alone in the profile's options.",
  merge_conflict: "Bring the newest base in and hand off again.",
  merge_behind: "Bring the newest base in and hand off again.",
  merge_unknown: "Wait until the forge says whether the change merges cleanly.",
  merge_blocked: "Meet the forge's own rules for its base branch.",
} as const satisfies Record<string, string>;

/** A code of the table above. */
export type GateCode = keyof typeof GATE_CODES;
