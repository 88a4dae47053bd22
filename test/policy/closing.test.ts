import { expect, it } from "vitest";
import type { LaneFacts } from "../../src/model/facts.ts";
import { reason } from "../../src/model/verdict.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { planCloseout } from "../../src/policy/closing.ts";
import { changeOf, issueOf, NOW, reviewLane } from "./facts.ts";
import { workflowOf } from "./workflow-facts.ts";

const WHY = reason("merged", "Change 1 was merged.");

function factsOf(closeout: Workflow["closeout"], labels: readonly string[]): LaneFacts {
  const issue = issueOf({ state: "In Review", labels });
  const workflow = { ...workflowOf({}), ...(closeout === undefined ? {} : { closeout }) };
  return {
    workflow,
    lane: reviewLane({ issue }),
    issue,
    change: changeOf({ state: "merged" }),
    openOutbox: [],
    now: NOW,
  };
}

function writesOf(facts: LaneFacts): readonly unknown[] {
  return planCloseout(facts, WHY).flatMap((step) => (step.do === "write" ? [step.write.intent] : []));
}

it("tells the issue and moves it, and no more, when the workflow names nothing", () => {
  const kinds = planCloseout(factsOf(undefined, []), WHY).map((step) =>
    step.do === "write" ? step.write.intent.kind : step.do,
  );
  expect(kinds).toEqual(["stage", "issue_comment", "issue_move"]);
});

it("adds and removes the labels that the workflow names, those that are so already left alone, and says its words", () => {
  const closeout = {
    addLabels: ["shipped", "kept"],
    removeLabels: ["wip", "gone"],
    comment: "Shipped with the next train.",
  };
  const writes = writesOf(factsOf(closeout, ["kept", "wip"]));
  expect(writes).toMatchObject([
    { kind: "issue_comment", topic: "landed", body: expect.stringMatching(/Shipped with the next train\.$/) },
    { kind: "issue_label", add: "shipped", remove: null },
    { kind: "issue_label", add: null, remove: "wip" },
    { kind: "issue_move" },
  ]);
});
