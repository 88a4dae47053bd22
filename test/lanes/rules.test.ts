import { describe, expect, it } from "vitest";
import { LANE_CODES, LANE_RULES, planLane, ruleFor } from "../../src/lanes/index.ts";
import type { Change } from "../../src/model/change.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Lane } from "../../src/model/lane.ts";
import { CARD_CODES, POLICY_CODES, REPAIR_CODES, VALIDATION_CHECK } from "../../src/policy/index.ts";
import { branchOf, brief, changeOf, factsOf, HEAD, intentsOf, laneOf, reviewLane, stepOf } from "../policy/facts.ts";
import { workflowOf } from "../policy/workflow-facts.ts";

import { CASES } from "./cases.ts";
import { APPROVED, ASKED, inState, RED, review } from "./review-facts.ts";
import { handingOff } from "./gate-cases.ts";

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
    const known = { ...POLICY_CODES, ...LANE_CODES, ...REPAIR_CODES, ...CARD_CODES };
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
    const issue = inState("In Progress");
    expect(plan(handingOff({}, { proofs: {} }, { issue }))).toEqual([
      expect.objectContaining({
        kind: "publish_check",
        changeId: "7",
        name: VALIDATION_CHECK,
        headSha: HEAD,
        passed: true,
      }),
      { kind: "issue_comment", issueId: "1", topic: "hand-off", body: "Greets.\n\nChange: https://forge.example/7" },
    ]);
    expect(plan(handingOff({}, {}, { issue }))).toEqual([
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
