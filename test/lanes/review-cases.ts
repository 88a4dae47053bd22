import type { LaneFacts } from "../../src/model/facts.ts";
import { reason } from "../../src/model/verdict.ts";
import { VALIDATION_CHECK } from "../../src/policy/index.ts";
import { branchOf, checkOf, remarkOf, retryOf, reviewOf, threadOf } from "../policy/facts.ts";
import { ATTENTION, OPT_OUT, workflowOf } from "../policy/workflow-facts.ts";
import { inState, review, APPROVED, ASKED, RED, LAND, REPAIR } from "./review-facts.ts";

/** Rows of a change that is up for review, until it lands. */
export const REVIEW_CASES: readonly [string, string, LaneFacts, string[]][] = [
  ["change_unknown", "forge silent", review({}, {}, { change: undefined }), ["wait change_unknown"]],
  [
    "change_unknown",
    "on the way to landing",
    review({}, { stage: "landing" }, { change: undefined }),
    ["stage review_wait"],
  ],
  ["change_missing", "not shown", review({}, {}, { change: null }), ["wait change_missing"]],
  [
    "change_closed_restart",
    "active again",
    review({ state: "closed" }, { issue: inState("In Progress") }),
    ["stage cleanup", "start_clean"],
  ],
  [
    "change_closed_restart",
    "active again, with our label",
    review({ state: "closed" }, { issue: inState("Rework", { labels: [ATTENTION] }) }),
    ["stage cleanup", "write issue_label"],
  ],
  [
    "change_closed_restart",
    "where we left it, after a person let it go on",
    review(
      { state: "closed" },
      { ownMove: "In Progress", reason: reason("unparked", "A person lets it go on.") },
      { issue: inState("In Progress") },
    ),
    ["stage cleanup", "start_clean"],
  ],
  [
    "change_closed",
    "before the issue was moved to review: it is active because we left it so",
    review({ state: "closed" }, { ownMove: "In Progress" }, { issue: inState("In Progress") }),
    ["park change_closed", "write issue_label", "write issue_comment"],
  ],
  [
    "change_closed",
    "while the tracker does not show our move to review yet",
    review(
      { state: "closed" },
      { ownMove: "In Review", ownMoves: [{ key: "k", to: "In Review" }] },
      { issue: inState("In Progress") },
    ),
    ["park change_closed", "write issue_label", "write issue_comment"],
  ],
  [
    "change_closed",
    "still in review",
    review({ state: "closed" }),
    ["park change_closed", "write issue_label", "write issue_comment"],
  ],
  ["issue_unknown", "tracker silent", review(APPROVED, {}, { issue: undefined }), ["wait issue_unknown"]],
  ["issue_gone", "not shown", review(APPROVED, {}, { issue: null }), ["wait issue_gone"]],
  [
    "opted_out",
    "by a person",
    review(APPROVED, { issue: inState("In Review", { labels: [OPT_OUT] }) }),
    ["wait opted_out"],
  ],
  [
    "needs_attention",
    "by a person",
    review(APPROVED, { issue: inState("In Review", { labels: [ATTENTION] }) }),
    ["wait needs_attention"],
  ],
  ["head_moved", "by someone else", review({ headSha: "foreign", ...ASKED }), ["wait head_moved"]],
  ["repair_due", "changes requested", review(ASKED), REPAIR],
  ["repair_due", "moved to rework", review(APPROVED, { issue: inState("Rework") }), REPAIR],
  ["repair_due", "required check failed", review({ ...APPROVED, ...RED }), REPAIR],
  ["repair_due", "a member's remark", review({ ...APPROVED, comments: [remarkOf()] }), REPAIR],
  ["repair_due", "a member's open thread", review({ threads: [threadOf()] }), REPAIR],
  ["repair_due", "conflict", review({ mergeability: "conflict" }), REPAIR],
  ["repair_due", "behind, else ready", review({ ...APPROVED, mergeability: "behind" }), REPAIR],
  [
    "repair_due",
    "a new fact in repair",
    review(ASKED, { stage: "review_repair", branch: branchOf({ repairedFor: "1/required_checks_failed:x" }) }),
    ["start_run repair"],
  ],
  [
    "repair_due",
    "too many of them",
    review(RED, { branch: branchOf({ repairedFor: "5/required_checks_failed:older" }) }),
    ["park repairs_exhausted", "write issue_label", "write issue_comment"],
  ],
  ["ready_to_land", "approved, nothing required", review(APPROVED), LAND],
  ["ready_to_land", "approved and green", review({ ...APPROVED, checks: [checkOf()] }), LAND],
  [
    "ready_to_land",
    "an optional check failed",
    review({ ...APPROVED, checks: [checkOf({ status: "failed", required: false })] }),
    LAND,
  ],
  ["ready_to_land", "moved to merging", review({}, { issue: inState("Merging") }), LAND],
  ["ready_to_land", "after a lost landing", review(APPROVED, { stage: "landing" }), ["write merge", "start_land"]],
  [
    "ready_to_land",
    "before landing",
    review(APPROVED, { stage: "ready_to_land" }),
    ["write merge", "stage landing", "start_land"],
  ],
  [
    "ready_to_land",
    "green, and the profile asks nobody",
    review({ checks: [checkOf()] }, {}, { workflow: workflowOf({ completion: { landing: "when_green" } }) }),
    LAND,
  ],
  [
    "ready_to_land",
    "green, with the label",
    review(
      { checks: [checkOf()] },
      { issue: inState("In Review", { labels: ["ship-it"] }) },
      { workflow: workflowOf({ completion: { autoLandLabel: "ship-it" } }) },
    ),
    LAND,
  ],
  [
    "repair_resumed",
    "after a failed repair",
    review(ASKED, {
      stage: "review_repair",
      retry: retryOf(),
      branch: branchOf({ repairedFor: "0/review_changes_requested:r1" }),
    }),
    ["start_run repair"],
  ],
  [
    "waiting_repaired",
    "asked and answered",
    review(ASKED, { branch: branchOf({ repairedFor: "0/review_changes_requested:r1" }) }),
    ["wait waiting_repaired"],
  ],
  ["change_draft", "a draft", review({ ...APPROVED, draft: true }), ["wait change_draft"]],
  [
    "checks_failed",
    "our own check",
    review({ ...APPROVED, checks: [checkOf({ name: VALIDATION_CHECK, status: "failed" })] }),
    ["wait checks_failed"],
  ],
  [
    "checks_pending",
    "CI runs",
    review({ ...APPROVED, checks: [checkOf({ status: "pending" })] }),
    ["wait checks_pending"],
  ],
  [
    "checks_pending",
    "regressed on the way to landing",
    review({ ...APPROVED, checks: [checkOf({ status: "pending" })] }, { stage: "ready_to_land" }),
    ["stage review_wait"],
  ],
  ["waiting_for_review", "nobody looked", review({}), ["wait waiting_for_review"]],
  [
    "waiting_for_review",
    "approved another head",
    review({ reviews: [reviewOf({ headSha: "older" })] }),
    ["wait waiting_for_review"],
  ],
  [
    "waiting_for_review",
    "green by nothing is not green",
    review({}, {}, { workflow: workflowOf({ completion: { landing: "when_green" } }) }),
    ["wait waiting_for_review"],
  ],
  [
    "waiting_for_review",
    "merging by the agent's own hand-off",
    review({}, { issue: inState("Merging"), handOff: { route: "merging", summary: "", noChange: null } }),
    ["wait waiting_for_review"],
  ],
  [
    "waiting_for_review",
    "a due retry that leads to nothing is dropped",
    review({}, { retry: retryOf() }),
    ["clear_retry", "wait waiting_for_review"],
  ],
  [
    "head_not_validated",
    "approved before the checks",
    review(APPROVED, { branch: branchOf({ validatedSha: "older" }) }),
    ["wait head_not_validated"],
  ],
  ["forge_blocks", "ready but for its rules", review({ ...APPROVED, blockers: ["No."] }), ["wait forge_blocks"]],
  ["mergeability_unknown", "not told", review({ ...APPROVED, mergeability: "unknown" }), ["wait mergeability_unknown"]],
];
