import { describe, expect, it } from "vitest";
import type { MaestroError } from "../../src/base/errors.ts";
import type { AgentEvent } from "../../src/contracts/agent-provider.ts";
import type { RunBudget } from "../../src/model/workflow.ts";
import { Watchdog } from "../../src/runs/run/watchdog.ts";

const BUDGET: RunBudget = { modelCalls: 3, tokens: 100, costUsd: 0.5, repeatedCalls: 3 };

/** What a watchdog said of these events. */
function watch(events: readonly AgentEvent[], budget: RunBudget = BUDGET): readonly MaestroError[] {
  const said: MaestroError[] = [];
  const dog = new Watchdog(budget, (error) => said.push(error));
  for (const event of events) dog.take(event);
  return said;
}

const call: AgentEvent = { type: "model_call" };
const usage = (totalTokens: number, costUsd?: number): AgentEvent => ({
  type: "usage",
  usage: { inputTokens: totalTokens, outputTokens: 0, totalTokens },
  model: null,
  ...(costUsd === undefined ? {} : { details: { costUsd } }),
});
const tool = (fingerprint: string, state: "started" | "finished" = "started"): AgentEvent => ({
  type: "tool",
  ...{ id: "1", name: "shell", fingerprint, state, ok: null },
});

describe("the watchdog of a run", () => {
  it.each<[string, AgentEvent[], string]>([
    ["calls of the model", [call, call, call], "budget.run.model_calls"],
    ["tokens", [usage(60), usage(40)], "budget.run.tokens"],
    ["money", [usage(1, 0.3), usage(1, 0.3)], "budget.run.cost_usd"],
  ])("ends it when its %s are used up, and names the key", (_, events, key) => {
    expect(watch(events.slice(0, -1))).toEqual([]);
    const [error, ...more] = watch([...events, ...events]);
    expect(more).toEqual([]);
    expect(error).toMatchObject({ code: "run_budget_exhausted", hint: expect.stringContaining(key) });
  });

  it("knows no limit of money where none is set", () => {
    expect(watch([usage(1, 1_000)], { ...BUDGET, costUsd: null })).toEqual([]);
  });

  it("ends it when the agent turns in a circle, but not when it does something else in between", () => {
    expect(watch([tool("a"), tool("a"), tool("b"), tool("a"), tool("a")])).toEqual([]);
    expect(watch([tool("a"), tool("a", "finished"), tool("a"), tool("a")])).toMatchObject([{ code: "run_loops" }]);
  });

  it("takes no notice of what says nothing about use", () => {
    const noise: AgentEvent[] = [
      { type: "alive", what: "retry" },
      { type: "message", text: "hello" },
      { type: "capacity", window: "5h", usedShare: 1, resetAt: null },
    ];
    expect(watch([...noise, ...noise, ...noise, ...noise])).toEqual([]);
  });
});
