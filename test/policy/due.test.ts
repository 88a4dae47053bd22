import { describe, expect, it } from "vitest";
import type { LaneFacts } from "../../src/model/facts.ts";
import type { Lane } from "../../src/model/lane.ts";
import { planDue, planUnpark } from "../../src/policy/index.ts";
import {
  branchOf,
  brief,
  changeOf,
  COMMENT_ROW,
  factsOf,
  HEAD,
  intentsOf,
  issueOf,
  laneOf,
  NOW,
  parkedOf,
  retryOf,
  reviewLane,
  reviewOf,
  stepOf,
  workOf,
} from "./facts.ts";
import { ATTENTION } from "./workflow-facts.ts";

function due(lane: Partial<Lane>, facts: Partial<LaneFacts> = {}) {
  return planDue(factsOf(laneOf(lane), facts));
}

describe("a lane that is due (S-120 to S-124)", () => {
  it.each<[string, Partial<Lane>, string[]]>([
    ["first", { lastRun: 0 }, ["start_run first"]],
    ["after a failure", { failures: 1, retry: retryOf() }, ["start_run retry"]],
    ["after a continuation", { idleSessions: 1, retry: retryOf({ kind: "continuation" }) }, ["start_run continuation"]],
    [
      "after a slot, still a continuation",
      { idleSessions: 1, retry: retryOf({ kind: "slot" }) },
      ["start_run continuation"],
    ],
    ["after an interruption", { retry: retryOf({ kind: "interruption" }) }, ["start_run retry"]],
    ["without a retry", {}, ["start_run retry"]],
    ["due at this instant", { retry: retryOf({ dueAt: NOW }) }, ["start_run retry"]],
    ["not due", { retry: retryOf({ dueAt: NOW + 1 }) }, ["wait retry_not_due"]],
    ["has work", { work: workOf() }, ["wait lane_has_work"]],
    ["parked", { parked: parkedOf(), retry: retryOf() }, ["wait lane_parked"]],
    [
      "parked, issue done",
      { parked: parkedOf(), issue: issueOf({ state: "Done" }) },
      ["stage cleanup", "unpark", "start_clean"],
    ],
    ["in review", { stage: "review_wait" }, ["wait lane_in_review"]],
    ["done", { retry: retryOf(), issue: issueOf({ state: "Done" }) }, ["stage cleanup", "clear_retry", "start_clean"]],
    ["not active", { retry: retryOf(), issue: issueOf({ state: "Backlog" }) }, ["stage released", "clear_retry"]],
    ["not routable", { issue: issueOf({ dispatchable: false }) }, ["stage released"]],
    ["asks for a person", { issue: issueOf({ labels: [ATTENTION] }) }, ["wait needs_attention"]],
    ["released, still away", { stage: "released", issue: issueOf({ state: "Backlog" }) }, ["wait state_not_active"]],
    ["released, back", { stage: "released" }, ["stage working", "start_run retry"]],
    ["released, done", { stage: "released", issue: issueOf({ state: "Done" }) }, ["stage cleanup", "start_clean"]],
    [
      "released, back but blocked",
      { stage: "released", issue: issueOf({ state: "Todo", blockedBy: [{ id: "2", identifier: null, state: null }] }) },
      ["wait blocked"],
    ],
  ])("%s", (_name, lane, expected) => {
    expect(brief(due(lane))).toEqual(expected);
  });

  it("whose issue is gone is cleaned, or kept when it had let go of it (S-120, S-130)", () => {
    expect(brief(due({ retry: retryOf() }, { issue: null }))).toEqual(["stage cleanup", "clear_retry", "start_clean"]);
    expect(brief(due({ stage: "released" }, { issue: null }))).toEqual(["wait issue_gone"]);
  });

  it("whose issue could not be asked about is asked again later (S-124)", () => {
    const plan = due({ retry: retryOf({ attempt: 2 }) }, { issue: undefined });
    expect(stepOf(plan, "schedule").retry).toEqual({
      kind: "refresh",
      attempt: 3,
      dueAt: NOW + 40_000,
      error: "retry refresh failed",
    });
    expect(brief(due({}, { issue: undefined }))).toEqual(["wait issue_unknown"]);
  });

  it("waits for outside writes", () => {
    expect(brief(due({}, { openOutbox: [COMMENT_ROW] }))).toEqual(["wait outbox_pending"]);
  });

  it("is moved first when its route says so, under one key while the tracker lags", () => {
    const lane = { lastRun: 0, issue: issueOf({ state: "Todo" }) };
    const plan = due(lane);
    expect(brief(plan)).toEqual(["write issue_move", "wait route_move_pending"]);
    expect(intentsOf(plan)).toEqual([{ kind: "issue_move", issueId: "1", from: "Todo", to: "In Progress" }]);
    expect(due(lane, { now: NOW + 99 })).toEqual(plan);
    const touched = due({ ...lane, issue: issueOf({ state: "Todo", updatedAt: 900 }) });
    expect(stepOf(touched, "write").write.revision).not.toBe(stepOf(plan, "write").write.revision);
  });

  it("is told why the last try came to nothing", () => {
    expect(stepOf(due({ retry: retryOf(), failures: 1 }), "start_run").feedback).toBe("It broke.");
    const reason = { code: "validation_failed", sentence: "npm test: 1 failed" };
    const waited = due({ reason, retry: retryOf({ kind: "slot", error: "no available orchestrator slots" }) });
    expect(stepOf(waited, "start_run").feedback).toBe("npm test: 1 failed");
    expect(stepOf(due({ retry: retryOf({ kind: "slot" }) }), "start_run").feedback).toBeNull();
  });
});

describe("a repair that is due", () => {
  const repair = { ...reviewLane(), stage: "review_repair" as const };
  const change = changeOf({
    reviews: [
      reviewOf({ id: "r0", decision: "changes_requested", body: "old head", headSha: "older" }),
      reviewOf({ decision: "changes_requested", body: "Say hello." }),
    ],
    comments: [
      { id: "c1", author: "bob", body: "And bye.", at: 1, topic: null, trust: "member" },
      { id: "c2", author: "maestro", body: "ours", at: 1, topic: "hand-off" },
    ],
    checks: [{ name: "ci", headSha: HEAD, status: "failed", required: true, summary: "1 test failed" }],
  });

  it("answers reviews, remarks and checks of the present head", () => {
    const step = stepOf(planDue(factsOf(repair, { change })), "start_run");
    expect(step).toMatchObject({ purpose: "repair", repairs: "0/review_changes_requested:r1" });
    for (const said of ["ann asks for changes.", "Say hello.", "And bye.", "1 test failed"])
      expect(step.feedback).toContain(said);
    for (const old of ["old head", "ours"]) expect(step.feedback).not.toContain(old);
  });

  it("keeps what it is for when it is tried again, and its feedback within bounds", () => {
    const branch = branchOf({ repairedFor: "0/review_changes_requested:r1" });
    const long = changeOf({ reviews: [reviewOf({ decision: "changes_requested", body: "x".repeat(50_000) })] });
    const step = stepOf(planDue(factsOf({ ...repair, branch, retry: retryOf() }, { change: long })), "start_run");
    expect(step.repairs).toBe("0/review_changes_requested:r1");
    expect(step.feedback?.length).toBeLessThanOrEqual(16_000);
  });

  it("is let go of when the issue leaves review for nowhere", () => {
    expect(brief(planDue(factsOf(repair, { change, issue: issueOf({ state: "Backlog" }) })))).toEqual([
      "stage released",
    ]);
  });
});

it("an ended parking takes its label off", () => {
  const why = { code: "unparked", sentence: "Asked for." };
  const labelled = laneOf({ parked: parkedOf(), issue: issueOf({ labels: [ATTENTION] }) });
  expect(brief(planUnpark(factsOf(labelled), why))).toEqual(["unpark", "write issue_label"]);
  expect(brief(planUnpark(factsOf(laneOf({ parked: parkedOf() })), why))).toEqual(["unpark"]);
});
