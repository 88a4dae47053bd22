import { describe, expect, it } from "vitest";
import type { Change } from "../../src/model/change.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Lane } from "../../src/model/lane.ts";
import { LANE_CODES, LANE_RULES, planLane, ruleFor } from "../../src/lanes/index.ts";
import { POLICY_CODES, REPAIR_CODES, VALIDATION_CHECK } from "../../src/policy/index.ts";
import {
  ATTENTION,
  branchOf,
  brief,
  changeOf,
  checkOf,
  COMMENT_ROW,
  factsOf,
  FRESH_BRANCH,
  HEAD,
  intentsOf,
  issueOf,
  laneOf,
  NOW,
  OPT_OUT,
  parkedOf,
  PUSH_ROW,
  retryOf,
  reviewLane,
  reviewOf,
  stepOf,
  workflowOf,
  workOf,
} from "../policy/facts.ts";

const inState = (state: string, changes: Partial<Issue> = {}) => issueOf({ state, ...changes });
const review = (change: Partial<Change>, lane: Partial<Lane> = {}, facts: Partial<LaneFacts> = {}) =>
  factsOf(reviewLane(lane), { change: changeOf(change), ...facts });

const APPROVED: Partial<Change> = { reviews: [reviewOf()] };
const ASKED: Partial<Change> = { reviews: [reviewOf({ decision: "changes_requested" })] };
const RED: Partial<Change> = { checks: [checkOf({ status: "failed" })] };
const LAND = ["stage ready_to_land", "write merge", "stage landing", "start_land"];
const REPAIR = ["stage review_repair", "start_run repair"];

/** Row, what it is about, facts, and what is done. Each row of the classifier has to be here. */
const CASES: readonly [string, string, LaneFacts, string[]][] = [
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
    factsOf(reviewLane({ stage: "handing_off", issue: inState("In Progress") })),
    ["stage review_wait", "write publish_check", "write issue_comment", "write issue_move"],
  ],
  [
    "change_up",
    "with nothing to check",
    factsOf(reviewLane({ stage: "handing_off" }), { workflow: workflowOf({ commands: [] }) }),
    ["stage review_wait", "write issue_comment"],
  ],
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
  [
    "mergeability_unknown",
    "the forge computes",
    review({ ...APPROVED, mergeability: "unknown" }),
    ["wait mergeability_unknown"],
  ],
];

describe("the classifier", () => {
  it.each(CASES)("%s: %s", (code, _name, facts, expected) => {
    expect(ruleFor(facts)?.code).toBe(code);
    expect(brief(planLane(facts))).toEqual(expected);
  });

  it("has a case for every row, and every row can decide", () => {
    const covered = new Set(CASES.map(([code]) => code));
    expect(LANE_RULES.map((rule) => rule.code).filter((code) => !covered.has(code))).toEqual([]);
  });

  it("explains every code", () => {
    const known = { ...POLICY_CODES, ...LANE_CODES, ...REPAIR_CODES };
    for (const [, , facts] of CASES) {
      for (const step of planLane(facts)) if ("reason" in step) expect(Object.keys(known)).toContain(step.reason.code);
    }
  });
});

describe("what the rows write", () => {
  const plan = (facts: LaneFacts) => intentsOf(planLane(facts));

  it("pushes from where the remote stood last", () => {
    const lane = laneOf({ stage: "validating", branch: branchOf({ pushedSha: "older" }) });
    expect(plan(factsOf(lane))).toEqual([{ kind: "push", branch: "maestro/DEMO-1", sha: HEAD, expected: "older" }]);
  });

  it("merges exactly the head that was approved and validated", () => {
    expect(plan(review(APPROVED))).toEqual([{ kind: "merge", changeId: "7", headSha: HEAD }]);
  });

  it("tells the issue where its change is, and moves it to the route that was handed off for", () => {
    const facts = factsOf(reviewLane({ stage: "handing_off", issue: inState("In Progress") }));
    expect(plan(facts)).toEqual([
      expect.objectContaining({
        kind: "publish_check",
        changeId: "7",
        name: VALIDATION_CHECK,
        headSha: HEAD,
        passed: true,
      }),
      { kind: "issue_comment", issueId: "1", topic: "hand-off", body: "Greets.\n\nChange: https://forge.example/7" },
      { kind: "issue_move", issueId: "1", from: "In Progress", to: "In Review" },
    ]);
  });

  it("deletes a branch only after the merge, and only where it was pushed", () => {
    const merged = factsOf(reviewLane({ stage: "cleanup" }), { change: changeOf({ state: "merged" }) });
    expect(plan(merged)).toEqual([{ kind: "delete_branch", branch: "maestro/DEMO-1", headSha: HEAD }]);
    expect(stepOf(planLane(merged), "start_clean").deleteBranch).toBe(true);
    expect(stepOf(planLane(factsOf(reviewLane({ stage: "cleanup" }))), "start_clean").deleteBranch).toBe(false);
  });

  it("gives a worker's write a new key with every lease, and the same key while nothing happened", () => {
    const key = (fence: number) => stepOf(planLane(review(APPROVED, { fence })), "write").write.revision;
    expect(key(3)).toBe(key(3));
    expect(key(4)).not.toBe(key(3));
  });
});

describe("the facts that repairs remember", () => {
  const marks = (change: Partial<Change>, repairedFor: string | null, lane: Partial<Lane> = {}) =>
    stepOf(planLane(review(change, { ...lane, branch: branchOf({ repairedFor }) })), "start_run").repairs;

  it("count the rounds that no person asked for", () => {
    expect(marks(RED, null)).toBe(`1/required_checks_failed:${HEAD}`);
    expect(marks(RED, "1/required_checks_failed:older")).toBe(`2/required_checks_failed:${HEAD}`);
    expect(marks(ASKED, "4/required_checks_failed:older")).toBe("0/review_changes_requested:r1");
    expect(marks(RED, "0/review_changes_requested:r1")).toBe(`1/required_checks_failed:${HEAD}`);
    expect(marks(RED, "unreadable")).toBe(`1/required_checks_failed:${HEAD}`);
  });

  it("start afresh when a person let the lane go on", () => {
    const reason = { code: "unparked", sentence: "Asked for." };
    expect(marks(RED, "5/required_checks_failed:older", { reason })).toBe(`1/required_checks_failed:${HEAD}`);
  });

  it("tell one move to rework from the next", () => {
    const rework = (updatedAt: number) => ({ issue: inState("Rework", { updatedAt }) });
    expect(marks({}, null, rework(500))).toBe("0/issue_in_rework:500");
    expect(marks({}, "0/issue_in_rework:500", rework(900))).toBe("0/issue_in_rework:900");
    const again = review({}, { ...rework(500), branch: branchOf({ repairedFor: "0/issue_in_rework:500" }) });
    expect(brief(planLane(again))).toEqual(["wait waiting_repaired"]);
  });

  it("ignore a switched-off rework route", () => {
    const routes = workflowOf().profile.routes.map((route) =>
      route.name === "rework" ? { ...route, action: "disabled" as const } : route,
    );
    const facts = review({}, { issue: inState("Rework") }, { workflow: workflowOf({ routes }) });
    expect(brief(planLane(facts))).toEqual(["wait waiting_for_review"]);
  });
});
