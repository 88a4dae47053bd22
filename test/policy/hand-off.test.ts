import { describe, expect, it } from "vitest";
import { planAfterWork } from "../../src/policy/index.ts";
import type { Lane } from "../../src/model/lane.ts";
import type { CompletionSignal, WorkOutcome } from "../../src/model/run.ts";
import { brief, endedLane, factsOf, HAND_OFF, HEAD, intentsOf, issueOf, stepOf } from "./facts.ts";
import { STATES, type WorkflowOptions, workflowOf } from "./workflow-facts.ts";

function planAfter(outcome: Partial<WorkOutcome>, lane: Partial<Lane> = {}, options: WorkflowOptions = {}) {
  return planAfterWork(factsOf(endedLane({}, outcome, lane), { workflow: workflowOf(options) }));
}

const signal = (changes: Partial<Extract<CompletionSignal, { kind: "hand_off" }>>): Partial<WorkOutcome> => ({
  signal: { kind: "hand_off", route: null, summary: "Greets.", noChange: null, ...changes },
});

describe("a run that hands a change off", () => {
  it("is validated next; success is counted when the checks have passed", () => {
    const plan = planAfter({ signal: HAND_OFF });
    expect(brief(plan)).toEqual([
      "close nothing",
      "accept_hand_off",
      "stage validating",
      "write push",
      "start_validate",
    ]);
    expect(stepOf(plan, "accept_hand_off")).toMatchObject({ route: "review", noChange: null });
    expect(intentsOf(plan)).toEqual([{ kind: "push", branch: "maestro/DEMO-1", sha: HEAD, expected: null }]);
  });

  it("delivers what the host saw, whatever the agent says about it", () => {
    expect(brief(planAfter(signal({ noChange: "Nothing to do." })))).toContain("start_validate");
  });

  it.each<[string, Partial<WorkOutcome>, WorkflowOptions, string]>([
    ["an unknown route", signal({ route: "merging" }), {}, "route_unknown"],
    ["no route at all", { signal: HAND_OFF }, { completion: { routes: [] } }, "route_unknown"],
    [
      "a route without a state",
      { signal: HAND_OFF },
      { states: STATES.filter(({ route }) => route !== "review") },
      "route_unmapped",
    ],
    [
      "a route past review",
      signal({ route: "resolved" }),
      { completion: { routes: ["resolved"] } },
      "route_skips_review",
    ],
    [
      "merging without approval",
      signal({ route: "merging" }),
      { completion: { routes: ["merging"] } },
      "route_skips_review",
    ],
    ["no change and no reason", { ...signal({}), changed: false }, {}, "no_change"],
  ])("fails with %s", (_name, outcome, options, code) => {
    const plan = planAfter(outcome, {}, options);
    expect(brief(plan)).toEqual(["close failure", "schedule failure"]);
    expect(stepOf(plan, "close_work").reason.code).toBe(code);
  });

  it("fails when nobody saw a head", () => {
    const lane = endedLane({}, { signal: HAND_OFF, headSha: null });
    const headless = { ...lane, branch: lane.branch && { ...lane.branch, headSha: null } };
    expect(stepOf(planAfterWork(factsOf(headless)), "close_work").reason.code).toBe("head_unknown");
  });

  it("may go to merging when the profile lands what is green", () => {
    const completion = { routes: ["merging"], landing: "when_green" as const };
    expect(brief(planAfter(signal({ route: "merging" }), {}, { completion }))).toContain("start_validate");
  });

  it("is accepted while the issue is in review already, and let go of when the issue left", () => {
    expect(brief(planAfter({ signal: HAND_OFF }, { issue: issueOf({ state: "In Review" }) }))).toContain(
      "start_validate",
    );
    expect(brief(planAfter({ signal: HAND_OFF }, { issue: issueOf({ state: "Backlog" }) }))).toEqual([
      "close success",
      "stage released",
    ]);
  });
});

describe("a hand-off of words", () => {
  const words = ["close success", "accept_hand_off", "stage closeout", "write issue_comment", "write issue_move"];

  it("without a change that is needed goes to its result", () => {
    const plan = planAfter({ ...signal({ noChange: "It is so already." }), changed: false });
    expect(brief(plan)).toEqual(words);
    expect(intentsOf(plan)).toEqual([
      { kind: "issue_comment", issueId: "1", topic: "result", body: "Greets.\n\nNo change: It is so already." },
      { kind: "issue_move", issueId: "1", from: "In Progress", to: "In Review" },
    ]);
  });

  it.each<[string, WorkflowOptions, Partial<Lane>]>([
    ["profile without changes", { completion: { deliversChange: false, routes: ["resolved"] } }, {}],
    ["workflow without a repository", { repo: null }, { branch: null }],
  ])("of a %s", (_name, options, lane) => {
    expect(brief(planAfter({ signal: HAND_OFF }, lane, options))).toEqual(words);
  });

  it("does not move an issue that is there already", () => {
    const plan = planAfter(
      { ...signal({ noChange: "So." }), changed: false },
      { issue: issueOf({ state: "In Review" }) },
    );
    expect(brief(plan)).toEqual(words.slice(0, -1));
  });
});
