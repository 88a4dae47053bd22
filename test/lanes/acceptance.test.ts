import { describe, expect, it } from "vitest";
import type { Change } from "../../src/model/change.ts";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Lane } from "../../src/model/lane.ts";
import { planLane } from "../../src/lanes/index.ts";
import { judgeReconcile, planAfterWork } from "../../src/policy/index.ts";
import {
  branchOf,
  brief,
  changeOf,
  checkOf,
  endedLane,
  factsOf,
  HAND_OFF,
  intentsOf,
  NOW,
  parkedOf,
  remarkOf,
  retryOf,
  reviewLane,
  reviewOf,
  stepOf,
  threadOf,
  workOf,
} from "../policy/facts.ts";
import { ATTENTION, OPT_OUT, workflowOf } from "../policy/workflow-facts.ts";
import { APPROVED, ASKED, inState, RED, review } from "./review-facts.ts";

// The acceptance scenarios of a retained lane, under their own names; docs/spec/acceptance.md says where the others are shown.

const does = (facts: LaneFacts) => brief(planLane(facts));
const LANDS = ["stage ready_to_land", "write merge", "stage landing", "start_land"];
const REPAIRS = ["stage review_repair", "start_run repair"];
/** A lane whose repair of everything that this change shows has been handed off. */
function repaired(change: Partial<Change>, lane: Partial<Lane> = {}): LaneFacts {
  const start = stepOf(planLane(review(change, lane)), "start_run");
  const branch = branchOf({ repairedFor: start.repairs, answered: start.answers ?? [] });
  return review(change, { ...lane, branch });
}

describe("post-review", () => {
  it("zero-required-review repos: a card that a person moves to merging lands without a review", () => {
    expect(does(review({}, { issue: inState("Merging") }))).toEqual(LANDS);
  });

  it("optional failed checks do not block", () => {
    expect(does(review({ ...APPROVED, checks: [checkOf({ required: false, status: "failed" })] }))).toEqual(LANDS);
  });

  it("descendant head allowed: what a broken-off repair left behind does not stop the approved head", () => {
    const seen = { headSha: branchOf().headSha ?? "", changed: true, clean: true, guarded: [] };
    const newer = { ...seen, headSha: "newer" };
    const branch = branchOf({ headSha: "newer", tree: newer, validatedTree: seen });
    const plan = planLane(review(APPROVED, { branch }));
    expect(intentsOf(plan)).toEqual([{ kind: "merge", changeId: "7", headSha: branchOf().headSha }]);
  });

  it("rewrite blocked: a moved branch is neither landed nor repaired", () => {
    expect(does(review({ ...APPROVED, headSha: "foreign" }))).toEqual(["wait head_moved"]);
    expect(does(review({ ...ASKED, headSha: "foreign" }))).toEqual(["wait head_moved"]);
  });

  it("issue_opted_out and issue_needs_attention hold the lane back", () => {
    const labelled = (label: string) => does(review(APPROVED, { issue: inState("In Review", { labels: [label] }) }));
    expect(labelled(OPT_OUT)).toEqual(["wait opted_out"]);
    expect(labelled(ATTENTION)).toEqual(["wait needs_attention"]);
  });
});

describe("orchestration", () => {
  it("waits for green", () => {
    expect(does(review({ ...APPROVED, checks: [checkOf({ status: "pending" })] }))).toEqual(["wait checks_pending"]);
  });

  it("fixable red is repaired once for a head, unhandled red waits", () => {
    expect(does(review(RED))).toEqual(REPAIRS);
    expect(does(repaired(RED))).toEqual(["wait waiting_repaired"]);
  });

  it("never twice for one head, also when something else was repaired in between", () => {
    const both = { ...RED, comments: [remarkOf()] };
    const after = repaired(both);
    const later = { ...after, change: changeOf({ ...both, comments: [remarkOf(), remarkOf({ id: "c2", at: 30 })] }) };
    const start = stepOf(planLane(later), "start_run");
    expect(start.repairs).toBe("2/comment_added:c2");
    const branch = branchOf({
      repairedFor: start.repairs,
      answered: [...(after.lane.branch?.answered ?? []), ...(start.answers ?? [])],
    });
    expect(does({ ...later, lane: { ...later.lane, branch } })).toEqual(["wait waiting_repaired"]);
  });

  it("non-codex signals ignored: bots, strangers and Maestro itself wake no lane and approve nothing", () => {
    for (const trust of ["bot", "outsider", "self", undefined] as const) {
      const said = {
        comments: [remarkOf(trust === undefined ? { trust: "outsider" } : { trust })],
        threads: [threadOf({ comments: [remarkOf({ id: "c9", trust: trust ?? "outsider" })] })],
        reviews: [
          reviewOf({ trust: trust ?? "outsider" }),
          reviewOf({ id: "r2", author: "b", decision: "changes_requested", trust: trust ?? "outsider" }),
        ],
      };
      expect(does(review(said))).toEqual(["wait waiting_for_review"]);
    }
  });

  it("mixed pass and feedback is repaired", () => {
    const mixed = [reviewOf(), reviewOf({ id: "r2", author: "bob", decision: "changes_requested" })];
    expect(does(review({ reviews: mixed }))).toEqual(REPAIRS);
    expect(does(review({ ...APPROVED, comments: [remarkOf()] }))).toEqual(REPAIRS);
  });

  it("a remark that a later approval passes over asks for nothing", () => {
    expect(does(review({ reviews: [reviewOf({ at: 99 })], comments: [remarkOf()] }))).toEqual(LANDS);
  });

  it("already-merged race: whoever merged, the lane is closed out", () => {
    for (const stage of ["review_wait", "review_repair", "ready_to_land", "landing"] as const) {
      expect(does(review({ state: "merged", mergedSha: "m" }, { stage }))[0]).toBe("stage closeout");
    }
  });

  it("closed PR: parked for a person, and a next lane once the issue is active again", () => {
    expect(does(review({ state: "closed" }))[0]).toBe("park change_closed");
    expect(does(review({ state: "closed" }, { issue: inState("In Progress") }))[0]).toBe("stage cleanup");
  });

  it("reverted state: an issue that a person moves back to work is repaired in the same lane", () => {
    expect(does(review({}, { issue: inState("Rework") }))).toEqual(REPAIRS);
    expect(does(review({}, { issue: inState("Todo") }))).toEqual(REPAIRS);
    expect(does(review({}, { issue: inState("Rework"), ownMove: "Rework" }))).toEqual(["wait waiting_for_review"]);
  });

  it("active lease skip: a lane with work is left to it", () => {
    expect(does(review(APPROVED, { work: workOf() }))).toEqual(["wait lane_has_work"]);
  });

  it("non-clean means an agent, and a behind base only when everything else is in order", () => {
    expect(does(review({ mergeability: "conflict" }))).toEqual(REPAIRS);
    expect(does(review({ mergeability: "behind" }))).toEqual(["wait waiting_for_review"]);
    expect(does(review({ ...APPROVED, mergeability: "behind" }))).toEqual(REPAIRS);
  });

  it("repairs that machines ask for are capped, and so are remarks", () => {
    const askedAgain = (change: Partial<Change>, repairedFor: string) =>
      does(review(change, { branch: branchOf({ repairedFor }) }))[0];
    expect(askedAgain(RED, "5/required_checks_failed:older")).toBe("park repairs_exhausted");
    expect(askedAgain({ comments: [remarkOf()] }, "19/comment_added:c0")).toBe("stage review_repair");
    expect(askedAgain({ comments: [remarkOf()] }, "20/comment_added:c0")).toBe("park repairs_exhausted");
  });
});

describe("closeout", () => {
  const landed = endedLane(
    { kind: "land" },
    {},
    { stage: "landing", branch: branchOf({ mergedSha: "mmm" }), issue: inState("In Review") },
  );

  it("no agent turn: the issue is told and moved by the host", () => {
    const plan = brief(planAfterWork(factsOf(landed, { change: changeOf({ state: "merged", mergedSha: "mmm" }) })));
    expect(plan).toEqual(["close success", "stage closeout", "write issue_comment", "write issue_move"]);
  });

  it("redundant transition skipped", () => {
    const done = { ...landed, issue: inState("Done") };
    expect(brief(planAfterWork(factsOf(done)))).not.toContain("write issue_move");
  });

  it("PR checked before Done: an issue that ends before the merge keeps its branch", () => {
    expect(does(review({}, { issue: inState("Done") }))).toEqual(["stage cleanup", "start_clean"]);
  });

  it("remote/local branch delete failure keeps lane", () => {
    const failed = endedLane({ kind: "clean" }, { status: "failed", failure: "outside" }, { stage: "cleanup" });
    expect(brief(planAfterWork(factsOf(failed)))).toEqual(["close failure", "schedule failure"]);
  });

  it("labels cleared: a parked lane whose change was merged goes on to its end", () => {
    const parked = review({ state: "merged", mergedSha: "m" }, { parked: parkedOf() });
    expect(does(parked)).toContain("unpark");
  });
});

describe("retry", () => {
  const ended = (changes: Parameters<typeof endedLane>[1], lane: Partial<Lane> = {}) =>
    factsOf(endedLane({}, changes, lane));

  it("failure vs continuation: different counters, different delays", () => {
    const failure = stepOf(planAfterWork(ended({ status: "failed", failure: "agent" })), "schedule").retry;
    const idle = stepOf(planAfterWork(ended({})), "schedule").retry;
    expect([failure.kind, failure.dueAt - NOW]).toEqual(["failure", 10_000]);
    expect([idle.kind, idle.dueAt - NOW]).toEqual(["continuation", 1_000]);
  });

  it("cap: the last failure of the budget parks, labels and tells what to do next", () => {
    const plan = planAfterWork(ended({ status: "failed", failure: "agent" }, { failures: 4 }));
    expect(brief(plan)).toEqual([
      "close failure",
      "park retry_budget_exhausted",
      "write issue_label",
      "write issue_comment",
    ]);
    const [, told] = intentsOf(plan);
    expect(told).toMatchObject({ body: expect.stringContaining("To go on:") });
  });

  it("interruptions count for themselves and start at once; capacity waits and counts nothing", () => {
    const interrupted = planAfterWork(ended({ status: "lost", failure: "interrupted" }));
    expect(brief(interrupted)).toEqual(["close interruption", "schedule interruption"]);
    expect(stepOf(interrupted, "schedule").retry.dueAt).toBe(NOW);
    const capacity = planAfterWork(ended({ status: "failed", failure: "capacity", notBefore: NOW + 90_000 }));
    expect(brief(capacity)).toEqual(["close nothing", "schedule capacity"]);
    expect(stepOf(capacity, "schedule").retry.dueAt).toBe(NOW + 90_000);
  });

  it("lookup blip stays: a due start whose tracker is silent is due again later", () => {
    const lane = { ...endedLane({}, {}), work: null, retry: retryOf() };
    expect(does(factsOf(lane, { issue: undefined }))).toEqual(["schedule refresh"]);
  });

  it("not-due entry waits", () => {
    const lane = { ...endedLane({}, {}), work: null, retry: retryOf({ dueAt: NOW + 1 }) };
    expect(does(factsOf(lane))).toEqual(["wait retry_not_due"]);
  });
});

describe("reconcile", () => {
  const working = (lane: Partial<Lane>, state: string) =>
    brief(judgeReconcile(factsOf(reviewLane({ work: workOf(), ...lane }), { issue: inState(state) })));

  it("terminal ends the work and cleans up, non-active ends it and keeps the workspace", () => {
    expect(working({ stage: "working" }, "Done")).toEqual(["cancel_work", "stage cleanup"]);
    expect(working({ stage: "working" }, "Backlog")).toEqual(["cancel_work", "stage released"]);
  });

  it("repair/closeout children kept: work on an issue that is legitimately in review goes on", () => {
    expect(working({ stage: "review_repair", work: workOf({ purpose: "repair" }) }, "In Review")).toEqual([
      "wait under_way",
    ]);
    expect(working({ stage: "validating", work: workOf({ kind: "validate" }) }, "In Review")).toEqual([
      "wait under_way",
    ]);
    expect(working({ stage: "landing", work: workOf({ kind: "land" }) }, "Done")).toEqual(["wait under_way"]);
  });

  it("completed handoff counts as success, however its work was taken back", () => {
    const canceled = { code: "state_not_active", sentence: "It left." };
    const lane = endedLane({ canceled }, { signal: HAND_OFF, changed: true });
    expect(brief(planAfterWork(factsOf(lane)))).toEqual([
      "close nothing",
      "accept_hand_off",
      "stage validating",
      "write push",
      "start_validate",
    ]);
  });

  it("stall keeps checkout and budget", () => {
    const canceled = { code: "stalled", sentence: "Silent." };
    const lane = endedLane({ canceled }, { status: "canceled" });
    expect(brief(planAfterWork(factsOf(lane)))).toEqual(["close failure", "schedule failure"]);
  });
});

describe("slots", () => {
  it("lanes in review hold no agent slot", async () => {
    const { countSlots } = await import("../../src/policy/index.ts");
    const lanes = ["review_wait", "review_repair", "ready_to_land", "landing", "closeout", "cleanup"] as const;
    const held = lanes.map((stage) =>
      reviewLane({ stage, work: stage === "landing" ? workOf({ kind: "land" }) : null }),
    );
    expect(countSlots(held)).toEqual({ running: 0, byState: {} });
    expect(workflowOf().agent.maxConcurrentAgents).toBeGreaterThan(0);
  });
});
