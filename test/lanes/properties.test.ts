import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeLane, LANE_CODES, planLane, planRefusal, ruleFor } from "../../src/lanes/index.ts";
import { checkSummary, reviewDecision } from "../../src/model/change.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Plan, Step } from "../../src/model/plan.ts";
import { trackerState } from "../../src/model/workflow.ts";
import {
  CARD_CODES,
  gateFacts,
  judgeGate,
  judgeReconcile,
  planAfterWork,
  planDue,
  POLICY_CODES,
  proofOf,
  REPAIR_CODES,
} from "../../src/policy/index.ts";
import { anyChange, anyFacts, anyIssue } from "../policy/arbitrary.ts";
import { branchOf, brief, changeOf, COMMENT_ROW, issueOf, reviewOf } from "../policy/facts.ts";

const RUNS = { numRuns: 600 };
const DECISIONS: readonly (readonly [string, (facts: LaneFacts) => Plan])[] = [
  ["planLane", planLane],
  ["planDue", planDue],
  ["planAfterWork", planAfterWork],
  ["judgeReconcile", judgeReconcile],
  ["planRefusal", (facts) => planRefusal(facts, COMMENT_ROW)],
];
const STARTS: readonly Step["do"][] = ["start_run", "start_validate", "start_land", "start_clean"];
const does = (plan: Plan, kind: Step["do"]) => plan.some((step) => step.do === kind);

/** Lanes in review, ready to land but for a few facts that are drawn. */
const inReview = fc
  .tuple(
    anyFacts,
    anyChange,
    anyIssue,
    fc.constantFrom("review_wait" as const, "ready_to_land" as const, "landing" as const),
    fc.subarray(["headSha", "draft", "mergeability", "reviews", "checks", "branch", "issue"], { maxLength: 3 }),
  )
  .map(([facts, drawn, issue, stage, spoiled]): LaneFacts => {
    const { headSha, draft, mergeability, reviews, checks } = drawn;
    const parts = Object.entries({ headSha, draft, mergeability, reviews, checks });
    const change = changeOf({
      reviews: [reviewOf()],
      ...Object.fromEntries(parts.filter(([key]) => spoiled.includes(key))),
    });
    const branch = spoiled.includes("branch") ? facts.lane.branch : branchOf();
    return {
      ...facts,
      lane: { ...facts.lane, branch, stage, work: null, retry: null, parked: null },
      issue: spoiled.includes("issue") ? issue : issueOf({ state: "In Review", labels: ["x"] }),
      change,
      openOutbox: [],
    };
  });

/** Freezes facts all the way down: a decision that changes them throws. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

describe.each(DECISIONS)("%s", (_name, decide) => {
  it("always says something, the same on the same facts, and changes none of them", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plan = decide(frozen(facts));
        expect(plan.length).toBeGreaterThan(0);
        expect(decide(facts)).toEqual(plan);
        for (const step of plan) {
          if (!("reason" in step)) continue;
          expect(step.reason.code).toMatch(/^[a-z][a-z0-9_]*$/);
          expect(step.reason.sentence.trim()).not.toBe("");
        }
      }),
      RUNS,
    );
  });

  it("starts at most one piece of work, and never beside another", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plan = decide(facts);
        const starts = plan.filter((step) => STARTS.includes(step.do));
        expect(starts.length).toBeLessThanOrEqual(1);
        if (starts.length === 1) expect(facts.lane.work === null || does(plan, "close_work")).toBe(true);
        if (does(plan, "park")) expect(starts).toEqual([]);
      }),
      RUNS,
    );
  });

  it("never starts a run on a parked lane", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        fc.pre(facts.lane.parked !== null);
        expect(does(decide(facts), "start_run")).toBe(false);
      }),
      RUNS,
    );
  });

  it("writes each key once", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const keys = decide(facts).flatMap((step) =>
          step.do === "write" ? [`${step.write.intent.kind}/${step.write.topic}/${step.write.revision}`] : [],
        );
        expect(new Set(keys).size).toBe(keys.length);
      }),
      RUNS,
    );
  });
});

describe("the classifier", () => {
  it("has a row for every lane", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(ruleFor(facts)).toBeDefined();
      }),
      RUNS,
    );
  });

  it("lands only what is approved and checked, at the head that was validated", () => {
    let landed = 0;
    fc.assert(
      fc.property(inReview, (facts) => {
        const plan = planLane(facts);
        if (!does(plan, "start_land")) return;
        landed += 1;
        const { change, issue, lane, workflow } = facts;
        expect(change).toMatchObject({ state: "open", draft: false, mergeability: "clean" });
        if (change == null || issue == null) throw new Error("landed blindly");
        expect(proofOf(lane, "validation")).toMatchObject({ ok: true, headSha: change.headSha });
        expect(["passed", "none"]).toContain(checkSummary(change));
        const decision = reviewDecision(change);
        const isGreen = workflow.profile.completion.landing === "when_green" && checkSummary(change) === "passed";
        const isMoved = trackerState(workflow, issue.state)?.category === "merging";
        expect(decision === "approved" || (decision === "none" && (isGreen || isMoved))).toBe(true);
        if (decision === "none") expect(lane.branch?.tree).toMatchObject({ headSha: change.headSha, guarded: [] });
        expect(judgeGate("landing", gateFacts(facts)).faults).toEqual([]);
        const merge = plan.find((step) => step.do === "write");
        expect(merge?.write.intent).toEqual({ kind: "merge", changeId: change.id, headSha: change.headSha });
        expect(plan.indexOf(merge ?? plan[0])).toBeLessThan(plan.findIndex((step) => step.do === "start_land"));
      }),
      { numRuns: 2_000 },
    );
    expect(landed).toBeGreaterThan(50);
  });

  it("never repairs one fact twice from review", () => {
    fc.assert(
      fc.property(inReview, (facts) => {
        const start = planLane(facts).find((step) => step.do === "start_run");
        if (start === undefined) return;
        expect(start.repairs).not.toBeNull();
        const { branch } = facts.lane;
        const again = {
          ...facts,
          lane: { ...facts.lane, branch: branch && { ...branch, repairedFor: start.repairs } },
        };
        const next = planLane(again).find((step) => step.do === "start_run");
        expect(next?.repairs).not.toBe(start.repairs);
      }),
      RUNS,
    );
  });

  it("gives every lane one sentence", () => {
    const known = Object.keys({ ...POLICY_CODES, ...LANE_CODES, ...REPAIR_CODES, ...CARD_CODES });
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { code, sentence } = describeLane(facts);
        expect(known).toContain(code);
        expect(sentence.trim()).not.toBe("");
      }),
      RUNS,
    );
  });

  it("never deletes the branch of a change that was not merged", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const isMerged = facts.lane.branch?.mergedSha != null || facts.change?.state === "merged";
        if (!isMerged) expect(brief(planLane(facts))).not.toContain("write delete_branch");
      }),
      RUNS,
    );
  });
});
