import { describe, expect, it } from "vitest";
import type { CandidateFacts } from "../../src/model/facts.ts";
import type { Issue } from "../../src/model/issue.ts";
import type { Lane } from "../../src/model/lane.ts";
import { judgeEligibility, judgeReopen, planRoute, POLICY_CODES } from "../../src/policy/index.ts";
import {
  candidateOf,
  COMMENT_ROW,
  issueOf,
  laneOf,
  NOW,
  parkedOf,
  PUSH_ROW,
  retryOf,
  reviewLane,
  workOf,
} from "./facts.ts";
import { ATTENTION, OPT_OUT, ROUTES, STATES, workflowOf } from "./workflow-facts.ts";

function expectCode(facts: Partial<CandidateFacts>, code: string): void {
  const verdict = judgeEligibility(candidateOf(facts));
  expect(verdict.code).toBe(code);
  expect(verdict.ok).toBe(code === "eligible");
  expect(Object.keys(POLICY_CODES)).toContain(code);
  expect(verdict.sentence).not.toBe("");
}

function withRoute(name: string, action: (typeof ROUTES)[number]["action"], target: string | null) {
  const routes = ROUTES.map((route) => (route.name === name ? { ...route, action, target } : route));
  return workflowOf({ routes });
}

describe("eligibility by the issue (S-112)", () => {
  it.each<[string, Partial<Issue>, string]>([
    ["in progress", {}, "eligible"],
    ["state in another spelling", { state: "  iN pROGRESS" }, "eligible"],
    ["todo, moved first", { state: "Todo" }, "eligible"],
    ["no title", { title: " " }, "issue_incomplete"],
    ["no state", { state: "" }, "issue_incomplete"],
    ["done", { state: "Done" }, "issue_terminal"],
    ["in review", { state: "In Review" }, "state_not_active"],
    ["backlog", { state: "Backlog" }, "state_not_active"],
    ["a state that is not mentioned", { state: "Later" }, "state_not_active"],
    ["merging waits", { state: "Merging" }, "route_waits"],
    ["not dispatchable", { dispatchable: false }, "not_dispatchable"],
    ["opted out", { labels: [OPT_OUT] }, "opted_out"],
    ["needs attention", { labels: [ATTENTION] }, "needs_attention"],
    ["blocked", { state: "Todo", blockedBy: [blocker("In Progress")] }, "blocked"],
    ["blocked by what cannot be seen", { state: "Todo", blockedBy: [blocker(null)] }, "blocked"],
    ["blocker done", { state: "Todo", blockedBy: [blocker("done")] }, "eligible"],
    ["blocked after it was begun", { blockedBy: [blocker("In Progress")] }, "eligible"],
  ])("%s", (_name, changes, code) => {
    expectCode({ issue: issueOf(changes) }, code);
  });

  it.each<[string, readonly string[], readonly string[], string]>([
    ["all there", ["Agent ", "api"], ["agent", "api", "x"], "eligible"],
    ["one missing", ["agent", "api"], ["agent"], "label_missing"],
    ["a blank one matches nothing", ["  "], ["agent"], "label_missing"],
  ])("required labels: %s (S-044)", (_name, requiredLabels, labels, code) => {
    expectCode({ workflow: workflowOf({ requiredLabels }), issue: issueOf({ labels }) }, code);
  });

  it.each([
    ["disabled", null, "route_disabled"],
    ["wait", null, "route_waits"],
    ["stop", null, "route_stops"],
    ["transition", "review", "route_moves"],
    ["transition_then_dispatch", "nowhere", "route_target_unmapped"],
    ["dispatch", null, "eligible"],
  ] as const)("route action %s", (action, target, code) => {
    expectCode({ workflow: withRoute("developing", action, target) }, code);
  });

  it("a state that is active and terminal is terminal (G-16)", () => {
    const states = [{ name: "In Progress", route: "developing", category: "done" as const }, ...STATES];
    expectCode({ workflow: workflowOf({ states }) }, "issue_terminal");
  });
});

describe("eligibility by the lane", () => {
  it.each<[string, Lane, string]>([
    ["released", laneOf({ stage: "released" }), "eligible"],
    ["closed", laneOf({ stage: "closed" }), "eligible"],
    ["parked", laneOf({ parked: parkedOf() }), "lane_parked"],
    ["released and parked", laneOf({ stage: "released", parked: parkedOf() }), "lane_parked"],
    ["has work", laneOf({ work: workOf() }), "lane_has_work"],
    ["retry not due", laneOf({ retry: retryOf({ dueAt: NOW + 1 }) }), "retry_not_due"],
    ["under way", laneOf({ retry: retryOf() }), "lane_open"],
    ["validating", laneOf({ stage: "validating" }), "lane_open"],
    ["in review", reviewLane(), "lane_in_review"],
    ["closing out", laneOf({ stage: "closeout" }), "lane_in_review"],
    ["cleaning", laneOf({ stage: "cleanup" }), "lane_in_review"],
  ])("%s", (_name, lane, code) => {
    expectCode({ lane }, code);
  });

  it("repeats why a lane is parked", () => {
    const lane = laneOf({ parked: parkedOf() });
    expect(judgeEligibility(candidateOf({ lane })).sentence).toBe("Parked: Nothing came of it.");
  });

  it("waits for open outside writes, but not for what a worker carries out", () => {
    const lane = laneOf({ stage: "released" });
    expectCode({ lane, openOutbox: [COMMENT_ROW] }, "outbox_pending");
    expectCode({ lane, openOutbox: [PUSH_ROW] }, "eligible");
    expectCode({ lane: laneOf({ stage: "closed" }), openOutbox: [COMMENT_ROW] }, "outbox_pending");
  });
});

describe("the next lane of an issue", () => {
  const closed = laneOf({ stage: "closed", closedAt: 600, issue: issueOf({ updatedAt: 500 }) });

  it("needs a touch since the lane last saw the issue, while the tracker may lag", () => {
    expect(judgeReopen(closed, issueOf({ updatedAt: 500 }), 700)).toMatchObject({ ok: false, code: "closed_before" });
    expect(judgeReopen(closed, issueOf({ updatedAt: 501 }), 700)).toMatchObject({ ok: true, code: "reopened" });
    expect(judgeReopen(closed, issueOf({ updatedAt: null }), 700)).toMatchObject({ ok: true });
  });

  it("takes an untouched issue at its word once no tracker lags any more", () => {
    expect(judgeReopen(closed, issueOf({ updatedAt: 500 }), 600 + 120_000)).toMatchObject({ ok: true });
  });
});

describe("the move that a route asks for", () => {
  it("leads to the state of its target", () => {
    expect(planRoute(workflowOf(), issueOf({ state: "todo" }))).toEqual({
      action: "transition_then_dispatch",
      from: "todo",
      to: "In Progress",
    });
    expect(planRoute(withRoute("planning", "transition", "review"), issueOf({ state: "Todo" }))?.to).toBe("In Review");
  });

  it.each(["In Progress", "Backlog", "Unheard of", "In Review"])("is none in %s", (state) => {
    expect(planRoute(workflowOf(), issueOf({ state }))).toBeNull();
  });

  it("is none when there is no state to move to, or the issue is there already", () => {
    expect(planRoute(withRoute("planning", "transition", "nowhere"), issueOf({ state: "Todo" }))).toBeNull();
    expect(planRoute(withRoute("planning", "transition", "planning"), issueOf({ state: "Todo" }))).toBeNull();
  });
});

function blocker(state: string | null) {
  return { id: "2", identifier: "DEMO-2", state };
}
