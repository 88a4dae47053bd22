import { describe, expect, it } from "vitest";
import { policyChanges, policyMark } from "../../src/model/policy-mark.ts";
import { type WorkflowOptions, workflowOf } from "../policy/workflow-facts.ts";

const mark = (options: WorkflowOptions = {}) => policyMark(workflowOf(options));
const waiting = (name: string) =>
  workflowOf().profile.routes.map((route) => (route.name === name ? { ...route, action: "disabled" as const } : route));

describe("what a new policy would do otherwise", () => {
  it("is nothing while it says the same, whatever else has changed", () => {
    expect(policyChanges(mark(), mark({ agent: { maxTurns: 1 } }), "review")).toEqual([]);
  });

  it("is told of the route that the issue is on, and of no other", () => {
    expect(policyChanges(mark(), mark({ routes: waiting("rework") }), "review")).toEqual([]);
    expect(policyChanges(mark(), mark({ routes: waiting("review") }), "review")).toEqual([
      "The route review was wait, and is disabled now",
    ]);
    expect(policyChanges(mark(), mark({ routes: [] }), "planning")).toEqual([
      "The route planning was transition_then_dispatch to developing, and is none of the profile now",
    ]);
  });

  it("is told of landing and of where work goes", () => {
    const now = mark({ completion: { landing: "when_green", routes: ["review", "merging"], landedRoute: null } });
    expect(policyChanges(mark(), now, null)).toEqual([
      "Where work may go next was review, and is review or merging now",
      "Landing was after approval, and is when green now",
      "Where a landed issue goes was resolved, and is nowhere now",
    ]);
  });
});
