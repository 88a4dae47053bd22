import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/model/result.ts";
import { judgeResult, planAfterWork } from "../../src/policy/index.ts";
import { brief, endedLane, factsOf, intentsOf, issueOf, stepOf } from "./facts.ts";
import { type WorkflowOptions, workflowOf } from "./workflow-facts.ts";

type Of<K extends RunResult["kind"]> = Extract<RunResult, { kind: K }>["data"];

const triage = (changes: Partial<Of<"triage">> = {}): RunResult => ({
  kind: "triage",
  data: { type: "bug", priority: 2, risk: "high", owner: "alice", rationale: "It crashes.", ...changes },
});
const analysis = (changes: Partial<Of<"requirement_analysis">> = {}): RunResult => ({
  kind: "requirement_analysis",
  data: {
    ...{ scope: "The export.", impact: "A button.", risks: [], assumptions: [], questions: [] },
    ...{ acceptance_criteria: [], tasks: [] },
    ...changes,
  },
});
const refinement = (changes: Partial<Of<"requirement_refinement">> = {}): RunResult => ({
  kind: "requirement_refinement",
  data: {
    ...{ questions: [], blockers: [], assumptions: [], goals: ["Out."], non_goals: ["In."] },
    acceptance_criteria: ["A file."],
    ...changes,
  },
});
const routing = (changes: Partial<Of<"review_routing">> = {}): RunResult => ({
  kind: "review_routing",
  data: {
    reviewers: [{ name: "carol", reason: "wrote it" }],
    ...{ risk_tags: [], checklist: [], destination: null, rationale: "She knows it." },
    ...changes,
  },
});
const open = { text: "Which?", blocking: true };
const minor = { text: "Blue?", blocking: false };

describe("judgeResult", () => {
  const ROUTES = [
    ...["routed", "needs_info", "duplicate", "rejected", "review", "ready", "needs_decision"],
    ...["assigned", "escalated"],
  ];
  it.each<[string, string, RunResult, object]>([
    ["triage", "routed", triage(), {}],
    ["a type of the team", "routed", triage(), { routing_taxonomy: ["bug", "task"] }],
    ["a duplicate that names the other", "duplicate", triage({ duplicates: ["A-1"] }), {}],
    ["a question with the route for it", "needs_info", triage({ questions: ["Which?"] }), {}],
    ["an analysis", "ready", analysis({ questions: [minor] }), {}],
    ["a blocking question with the route for it", "needs_info", analysis({ questions: [open] }), {}],
    ["a rejected requirement without criteria", "rejected", analysis(), { require_acceptance_criteria: true }],
    ["a refined requirement", "ready", refinement(), {}],
    ["one that is not to be complete", "ready", refinement({ non_goals: [] }), { require_non_goals: false }],
    ["a decision that is needed", "needs_decision", refinement({ blockers: ["A-1"], non_goals: [] }), {}],
    ["reviewers", "assigned", routing(), {}],
    ["a team alone", "assigned", routing({ reviewers: [], destination: "core" }), { allowed_destinations: ["core"] }],
  ])("takes %s", (_, route, result, options) => {
    expect(judgeResult({ routes: ROUTES, options: { ...options } }, route, result)).toBeNull();
  });

  it.each<[string, string, RunResult, object, string]>([
    ["a type that the team has not", "routed", triage(), { routing_taxonomy: ["task"] }, "the types are: task"],
    ["a duplicate of nothing", "duplicate", triage(), {}, "in duplicates"],
    [
      "a duplicate where there are none",
      "duplicate",
      triage({ duplicates: ["A-1"] }),
      { allow_duplicate_route: false },
      "nothing to the route duplicate",
    ],
    ["a wait for nothing", "needs_info", triage(), {}, "at least one question"],
    ["ready with a blocking question", "ready", analysis({ questions: [open] }), {}, "the route needs_info is"],
    ["needs_info without one", "needs_info", analysis({ questions: [minor] }), {}, "at least one blocking question"],
    [
      "idle questions",
      "review",
      analysis({ questions: [minor] }),
      { question_policy: "blocking_only" },
      "blocking questions only",
    ],
    ["no criteria", "review", analysis(), { require_acceptance_criteria: true }, "acceptance_criteria"],
    ["a refinement without criteria", "review", refinement({ acceptance_criteria: [] }), {}, "acceptance_criteria"],
    ["a refinement without non-goals", "ready", refinement({ non_goals: [] }), {}, "non_goals"],
    ["ready with a blocker", "ready", refinement({ blockers: ["A-1"] }), {}, "needs_decision"],
    ["a decision about nothing", "needs_decision", refinement(), {}, "at least one blocking question"],
    ["nobody", "assigned", routing({ reviewers: [] }), {}, "at least one reviewer"],
    ["another team", "assigned", routing({ destination: "x" }), { allowed_destinations: ["core"] }, "are: core"],
    ["an escalation", "escalated", routing(), { allow_escalation: false }, "does not escalate"],
  ])("refuses %s", (_, route, result, options, sentence) => {
    const fault = judgeResult({ routes: ROUTES, options: { ...options } }, route, result);
    expect(fault).toMatchObject({ code: "result_incomplete", sentence: expect.stringContaining(sentence) });
  });

  it("refuses a route that the profile does not allow, naming those that it does", () => {
    const fault = judgeResult({ routes: ["routed"], options: {} }, "planning", triage());
    expect(fault).toMatchObject({ code: "route_unknown", sentence: expect.stringContaining("allowed: routed") });
  });
});

describe("a run that delivers a result", () => {
  const PROFILE: WorkflowOptions = {
    completion: { routes: ["resolved", "rejected"], deliversChange: false, result: "triage" },
    repo: null,
  };
  const planAfter = (result: RunResult, route = "resolved", options = PROFILE, labels = ["kept", "risk:low"]) => {
    const signal = { kind: "result" as const, route, summary: "Looked at.", result };
    const issue = issueOf({ state: "In Progress", labels });
    const lane = endedLane({}, { signal, headSha: null, changed: false }, { branch: null, issue });
    return planAfterWork(factsOf(lane, { workflow: workflowOf(options), issue }));
  };

  it("is written to the tracker: labels, fields, links, one comment, the move; and the lane ends", () => {
    const plan = planAfter(triage({ duplicates: ["A-1", "A-1"], labels: ["Needs-Design"] }));
    expect(brief(plan).slice(0, 3)).toEqual(["close success", "accept_hand_off", "stage closeout"]);
    const none = { addLabels: [], removeLabels: [] };
    expect(intentsOf(plan)).toEqual([
      {
        ...{ kind: "issue_update", issueId: "1", change: {} },
        ...{ addLabels: ["type:bug", "risk:high", "needs-design"], removeLabels: ["risk:low"] },
      },
      { kind: "issue_update", issueId: "1", change: { priority: 2, owner: "alice" }, ...none },
      { kind: "issue_relation", issueId: "1", relation: "duplicate_of", identifier: "A-1" },
      {
        kind: "issue_comment",
        issueId: "1",
        topic: "result",
        body: expect.stringMatching(/^Looked at\.\n\n- Type: bug/),
      },
      { kind: "issue_move", issueId: "1", to: "Done", from: "In Progress" },
    ]);
  });

  it("changes nothing that it does not know", () => {
    const plan = planAfter(triage({ priority: null, owner: null }), "resolved", PROFILE, ["type:bug", "risk:high"]);
    expect(intentsOf(plan).map(({ kind }) => kind)).toEqual(["issue_comment", "issue_move"]);
  });

  it.each<[string, RunResult, string, WorkflowOptions, string]>([
    ["a route that the profile does not allow", triage(), "developing", PROFILE, "route_unknown"],
    ["another kind of result", routing(), "resolved", PROFILE, "result_missing"],
    [
      "a result that nobody asked for",
      triage(),
      "resolved",
      { completion: { routes: ["resolved"] } },
      "result_missing",
    ],
    [
      "a route without a state",
      triage(),
      "resolved",
      { ...PROFILE, states: [{ name: "In Progress", route: "developing", category: "in_progress" }] },
      "route_unmapped",
    ],
  ])("fails with %s", (_, result, route, options, code) => {
    const plan = planAfter(result, route, options);
    expect(stepOf(plan, "close_work")).toMatchObject({ counts: "failure", reason: { code } });
    expect(intentsOf(plan)).toEqual([]);
  });
});

describe("signals at the wrong place", () => {
  const planAfter = (
    signal: Parameters<typeof endedLane>[1]["signal"],
    options: WorkflowOptions,
    stage: "working" | "review_repair",
  ) =>
    planAfterWork(
      factsOf(endedLane({}, signal === undefined ? {} : { signal }, { stage }), { workflow: workflowOf(options) }),
    );

  it("a hand-off where a result is asked for fails the run", () => {
    const handOff = { kind: "hand_off" as const, route: null, summary: "Done.", noChange: "None." };
    const plan = planAfter(
      handOff,
      { completion: { routes: ["review"], deliversChange: false, result: "triage" } },
      "working",
    );
    expect(stepOf(plan, "close_work").reason.code).toBe("result_missing");
  });

  it("the end of a repair is one only in a repair", () => {
    const done = { kind: "repair_done" as const, summary: "Mended.", noChange: null };
    expect(stepOf(planAfter(done, {}, "working"), "close_work").reason.code).toBe("not_repairing");
    expect(brief(planAfter(done, {}, "review_repair"))).toContain("stage validating");
  });

  it("a route may allow fewer ways on than the profile", () => {
    const handOff = { kind: "hand_off" as const, route: "rework", summary: "Done.", noChange: null };
    const routes = workflowOf().profile.routes.map((route) =>
      route.name === "developing" ? { ...route, next: ["merging"] } : route,
    );
    const plan = planAfter(handOff, { completion: { routes: ["review", "rework"] }, routes }, "working");
    expect(stepOf(plan, "close_work").reason).toMatchObject({
      code: "route_unknown",
      sentence: expect.stringContaining("allowed: merging"),
    });
  });
});
