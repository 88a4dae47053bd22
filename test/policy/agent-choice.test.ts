import { describe, expect, it } from "vitest";
import { agentsOf, withAgent } from "../../src/model/agent-choice.ts";
import type { AgentRule } from "../../src/model/workflow.ts";
import type { Issue } from "../../src/model/issue.ts";
import { chooseAgent } from "../../src/policy/index.ts";
import { issueOf } from "./facts.ts";
import { workflowOf } from "./workflow-facts.ts";

const ANY: AgentRule["when"] = { labels: null, states: null, retryAtLeast: null, priorityAtMost: null };

function ruled(...whens: readonly Partial<AgentRule["when"]>[]) {
  const rules = whens.map((when, at) => ({ when: { ...ANY, ...when }, kind: `agent-${at}`, options: { at } }));
  return { ...workflowOf(), agentProvider: { kind: "mock", options: {}, rules } };
}

describe("which rule chooses the agent", () => {
  const cases: [
    name: string,
    when: Partial<AgentRule["when"]>,
    issue: Partial<Issue>,
    failures: number,
    fits: boolean,
  ][] = [
    ["nothing asked", {}, {}, 0, true],
    ["one of the labels", { labels: ["hard", "core"] }, { labels: ["core"] }, 0, true],
    ["none of the labels", { labels: ["hard"] }, { labels: ["core"] }, 0, false],
    ["the state in another spelling", { states: ["rework"] }, { state: " Rework" }, 0, true],
    ["another state", { states: ["rework"] }, { state: "Todo" }, 0, false],
    ["not failed often enough", { retryAtLeast: 2 }, {}, 1, false],
    ["failed often enough", { retryAtLeast: 2 }, {}, 2, true],
    ["urgent enough", { priorityAtMost: 2 }, { priority: 1 }, 0, true],
    ["not urgent enough", { priorityAtMost: 2 }, { priority: 3 }, 0, false],
    ["no priority", { priorityAtMost: 2 }, { priority: null }, 0, false],
    ["all of it", { labels: ["hard"], retryAtLeast: 1 }, { labels: ["hard"] }, 1, true],
    ["only a part of it", { labels: ["hard"], retryAtLeast: 1 }, { labels: ["hard"] }, 0, false],
  ];
  it.each(cases)("%s", (_, when, issue, failures, fits) => {
    expect(chooseAgent(ruled(when), issueOf(issue), { failures })).toBe(fits ? 0 : null);
  });

  it("the first that fits", () => {
    const workflow = ruled({ labels: ["x"] }, { retryAtLeast: 1 }, {});
    expect(chooseAgent(workflow, issueOf(), { failures: 1 })).toBe(1);
    expect(chooseAgent(workflow, issueOf(), { failures: 0 })).toBe(2);
    expect(withAgent(workflow, 1).agentProvider).toEqual({ kind: "agent-1", options: { at: 1 } });
    expect(withAgent(workflow, null).agentProvider).toEqual({ kind: "mock", options: {} });
    expect(withAgent(workflow, 7).agentProvider).toEqual({ kind: "mock", options: {} });
    expect(agentsOf(workflow).map(({ kind }) => kind)).toEqual(["mock", "agent-0", "agent-1", "agent-2"]);
  });

  it("none without rules", () => {
    expect(chooseAgent(workflowOf(), issueOf(), { failures: 3 })).toBeNull();
  });
});
