import type { LaneFacts } from "../../src/model/facts.ts";
import {
  branchOf,
  COMMENT_ROW,
  FRESH_BRANCH,
  factsOf,
  laneOf,
  NOW,
  PUSH_ROW,
  parkedOf,
  retryOf,
  reviewLane,
  workOf,
} from "../policy/facts.ts";
import { GATE_CASES, handingOff } from "./gate-cases.ts";
import { REVIEW_CASES } from "./review-cases.ts";
import { ROUTE_CASES } from "./route-cases.ts";
import { inState, review, APPROVED } from "./review-facts.ts";

/** Row, what it is about, facts, and what is done. Each row of the classifier has to be here. */
export const CASES: readonly [string, string, LaneFacts, string[]][] = [
  ...ROUTE_CASES,
  ...GATE_CASES,
  ["closed", "ended", factsOf(laneOf({ stage: "closed" })), ["wait closed"]],
  ["lane_has_work", "work goes on", review({ state: "merged" }, { work: workOf() }), ["wait lane_has_work"]],
  [
    "merged",
    "by a person",
    review({ state: "merged", mergedSha: "mmm" }),
    ["stage closeout", "write issue_comment", "write issue_move"],
  ],
  [
    "merged",
    "as the host saw it, while the forge is silent",
    review({}, { branch: branchOf({ mergedSha: "mmm" }) }, { change: undefined, issue: undefined }),
    ["stage closeout", "write issue_comment", "write issue_move"],
  ],
  [
    "merged",
    "while parked and due",
    review({ state: "merged" }, { parked: parkedOf(), retry: retryOf(), issue: inState("Done") }),
    ["stage closeout", "unpark", "clear_retry", "write issue_comment"],
  ],
  ["closed_unmerged", "before the merge", review({}, { issue: inState("Canceled") }), ["stage cleanup", "start_clean"]],
  [
    "closed_unmerged",
    "while parked",
    review({}, { issue: inState("Done"), parked: parkedOf() }),
    ["stage cleanup", "unpark", "start_clean"],
  ],
  [
    "closed_unmerged",
    "with an open write",
    review({}, { issue: inState("Done") }, { openOutbox: [COMMENT_ROW] }),
    ["stage cleanup"],
  ],
  ["closed_unmerged", "while working", factsOf(laneOf({ issue: inState("Done") })), ["stage cleanup", "start_clean"]],
  ["lane_parked", "in review", review(APPROVED, { parked: parkedOf() }), ["wait lane_parked"]],
  [
    "lane_parked",
    "in cleanup, by a failed cleaning",
    factsOf(laneOf({ stage: "cleanup", parked: parkedOf({ until: "command" }) })),
    ["wait lane_parked"],
  ],
  ["retry_not_due", "in review", review(APPROVED, { retry: retryOf({ dueAt: NOW + 1 }) }), ["wait retry_not_due"]],
  ["outbox_pending", "in review", review(APPROVED, {}, { openOutbox: [COMMENT_ROW] }), ["wait outbox_pending"]],
  [
    "outbox_pending",
    "in closeout",
    factsOf(laneOf({ stage: "closeout" }), { openOutbox: [COMMENT_ROW] }),
    ["wait outbox_pending"],
  ],

  ["review_resumed", "released", review({}, { stage: "released" }), ["stage review_wait"]],
  ["run_due", "working", factsOf(laneOf()), ["start_run retry"]],
  [
    "run_due",
    "released and away",
    factsOf(laneOf({ stage: "released", issue: inState("Backlog") })),
    ["wait state_not_active"],
  ],
  [
    "head_missing",
    "validating nothing",
    factsOf(laneOf({ stage: "validating", branch: { ...FRESH_BRANCH, headSha: null } })),
    ["stage working"],
  ],
  ["validation_due", "after a crash", factsOf(laneOf({ stage: "validating" })), ["write push", "start_validate"]],
  [
    "validation_due",
    "with a worker's old row",
    factsOf(laneOf({ stage: "validating", retry: retryOf() }), { openOutbox: [PUSH_ROW] }),
    ["write push", "start_validate"],
  ],
  ["change_unseen", "handing off", factsOf(laneOf({ stage: "handing_off" })), ["wait change_unseen"]],
  [
    "change_up",
    "handing off",
    handingOff({}, {}, { issue: inState("In Progress") }),
    ["stage review_wait", "write issue_move"],
  ],
  ["change_up", "where it is already", handingOff(), ["stage review_wait"]],
  ["closeout_done", "without a change", factsOf(laneOf({ stage: "closeout" })), ["stage cleanup", "start_clean"]],
  [
    "closeout_done",
    "after the merge",
    factsOf(reviewLane({ stage: "closeout", branch: branchOf({ mergedSha: "mmm" }) })),
    ["stage cleanup", "write delete_branch", "start_clean"],
  ],
  ["cleanup_due", "at once", factsOf(laneOf({ stage: "cleanup" })), ["start_clean"]],
  [
    "cleanup_due",
    "though parked before the issue ended",
    factsOf(laneOf({ stage: "cleanup", parked: parkedOf() })),
    ["start_clean"],
  ],

  ...REVIEW_CASES,
];
