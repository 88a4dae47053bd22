import type { Issue } from "../../model/issue.ts";
import { isActive, type Workflow } from "../../model/workflow.ts";

/** An issue that is made up, in a state in which an agent may work; every member is set, so that no part of a prompt is left out. */
export function exampleIssue(workflow: Workflow): Issue {
  const state = workflow.tracker.states.find(({ name }) => isActive(workflow, name));
  return {
    id: "example-1",
    nativeRef: null,
    identifier: "EXAMPLE-1",
    title: "Round discounts to whole cents",
    description: "A discount of 10 % on 9.99 gives 8.991. Amounts of money have two decimals.",
    priority: 2,
    state: state?.name ?? "Todo",
    branchName: null,
    url: "https://example.invalid/EXAMPLE-1",
    assigneeId: null,
    labels: ["bug"],
    blockedBy: [],
    dispatchable: true,
    createdAt: 0,
    updatedAt: 0,
  };
}
