import { describe, expect, it } from "vitest";
import { countSlots, judgeSlots, NO_SLOT_ERROR } from "../../src/policy/index.ts";
import { issueOf, laneOf, workOf } from "./facts.ts";
import { workflowOf } from "./workflow-facts.ts";

describe("slots (S-115, S-116)", () => {
  it("counts queued and leased runs by the state of their issue, nothing else", () => {
    const todo = issueOf({ state: " todo " });
    const lanes = [
      laneOf({ work: workOf({ state: "queued" }) }),
      laneOf({ work: workOf({ state: "leased" }), issue: todo }),
      laneOf({ work: workOf({ state: "settled" }) }),
      laneOf({ work: workOf({ kind: "validate" }) }),
      laneOf(),
    ];
    expect(countSlots(lanes)).toEqual({ running: 2, byState: { "in progress": 1, todo: 1 } });
  });

  it.each([
    ["a free slot", 1, {}, {}, true],
    ["all slots in use", 2, {}, {}, false],
    ["more in use than there are", 9, {}, {}, false],
    ["the state's own limit", 1, { todo: 1 }, { todo: 1 }, false],
    ["another state's limit", 1, { rework: 1 }, { rework: 1 }, true],
    ["a state named like a property of objects", 0, {}, {}, true],
  ])("%s", (name, running, byState, limits, ok) => {
    const workflow = workflowOf({ agent: { maxConcurrentAgentsByState: limits } });
    const state = name.startsWith("a state named") ? "constructor" : "Todo";
    const verdict = judgeSlots(workflow, { running, byState }, state);
    expect(verdict.ok).toBe(ok);
    expect(verdict.code).toBe(ok ? "slot_free" : "no_slot");
    expect(verdict.sentence.includes(NO_SLOT_ERROR)).toBe(!ok);
  });

  it("words the wait as the specification does (S-122)", () => {
    expect(NO_SLOT_ERROR).toBe("no available orchestrator slots");
  });
});
