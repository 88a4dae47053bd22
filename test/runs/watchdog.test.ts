import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import type { MaestroError } from "../../src/base/errors.ts";
import type { AgentEvent } from "../../src/contracts/agent-provider.ts";
import { type BudgetMeeting, NO_LIMITS } from "../../src/model/budget.ts";
import { NANO_USD, NO_SPENDING, type Spending } from "../../src/model/spending.ts";
import type { RunBudget } from "../../src/model/workflow.ts";
import type { BudgetUse } from "../../src/policy/index.ts";
import { Watchdog } from "../../src/runs/run/watchdog.ts";

const BUDGET: RunBudget = { modelCalls: 3, tokens: 100, costUsd: 0.5, repeatedCalls: 3, turns: 3, wallMs: 60_000 };

interface Setting {
  readonly run?: RunBudget;
  readonly shared?: () => readonly BudgetUse[];
}

/** A watchdog with what it says, on a clock of its own. */
function watchdogOf({ run = BUDGET, shared = () => [] }: Setting = {}) {
  const clock = new VirtualClock();
  const said: MaestroError[] = [];
  const met: BudgetMeeting[] = [];
  const opened = clock.monotonic();
  const book = { uncountedMs: () => clock.monotonic() - opened };
  const dog = new Watchdog({
    ...{ budget: { run, timeZone: "UTC" }, clock, book, shared },
    onMet: (meeting) => met.push(meeting),
    onReached: (error) => said.push(error),
  });
  return { dog, said, met, clock };
}

const used = (more: Partial<Spending>): Spending => ({ ...NO_SPENDING, ...more });
const tool = (fingerprint: string, state: "started" | "finished" = "started"): AgentEvent => ({
  type: "tool",
  ...{ id: "1", name: "shell", fingerprint, state, ok: null },
});

describe("the watchdog of a run", () => {
  it.each<[string, Partial<Spending>[], string]>([
    ["calls of the model", [{ modelCalls: 1 }, { modelCalls: 1 }, { modelCalls: 1 }], "budget.run.model_calls"],
    ["tokens", [{ totalTokens: 60 }, { totalTokens: 40 }], "budget.run.tokens"],
    ["money", [{ nanoUsd: 0.3 * NANO_USD }, { nanoUsd: 0.3 * NANO_USD }], "budget.run.cost_usd"],
    ["turns", [{ turns: 2 }, { turns: 1 }], "budget.run.turns"],
  ])("ends it when its %s are used up, and names the key", (_, steps, key) => {
    const { dog, said } = watchdogOf();
    for (const step of steps.slice(0, -1)) dog.spend(used(step));
    expect(said).toEqual([]);
    for (const step of [...steps.slice(-1), ...steps]) dog.spend(used(step));
    expect(said).toMatchObject([{ code: "run_budget_exhausted", hint: expect.stringContaining(key) }]);
  });

  it("ends it when its time is up, although nothing happens", async () => {
    const { dog, said, clock } = watchdogOf();
    dog.begin();
    await clock.advance(59_000);
    expect(said).toEqual([]);
    await clock.advance(1_000);
    expect(said).toMatchObject([{ code: "run_budget_exhausted", hint: expect.stringContaining("wall_ms") }]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("knows no limit of money where none is set", () => {
    const { dog, said } = watchdogOf({ run: { ...BUDGET, costUsd: null } });
    dog.spend(used({ nanoUsd: 1_000 * NANO_USD }));
    expect(said).toEqual([]);
  });

  it("tells once when most of a limit is used up, and when all of it is", () => {
    const { dog, met } = watchdogOf();
    for (const totalTokens of [79, 1, 1, 30]) dog.spend(used({ totalTokens }));
    expect(met.map(({ scope, count, used, level }) => [scope, count, used, level])).toEqual([
      ["run", "tokens", 80, "warned"],
      ["run", "tokens", 111, "reached"],
    ]);
  });

  it.each(["issue", "day", "workflow"] as const)("ends it at the limit of the %s, whoever has used it", (scope) => {
    let totalTokens = 900;
    const limits = { ...NO_LIMITS, tokens: 1_000, sessions: 1 };
    const { dog, said } = watchdogOf({ shared: () => [{ scope, used: used({ totalTokens, sessions: 1 }), limits }] });
    dog.begin();
    dog.look();
    expect(said).toEqual([]);
    totalTokens = 1_000;
    dog.look();
    expect(said).toMatchObject([{ code: `${scope}_budget_exhausted` }]);
    const nextDay = 86_400_000;
    const { not_before: notBefore } = said[0]?.facts ?? {};
    expect(typeof notBefore === "number" ? notBefore % nextDay : "never").toBe(scope === "day" ? 0 : "never");
  });

  it("ends it when the agent turns in a circle, but not when it does something else in between", () => {
    const tools = (...names: readonly AgentEvent[]) => {
      const { dog, said } = watchdogOf();
      for (const event of names) dog.take(event, null);
      return said;
    };
    expect(tools(tool("a"), tool("a"), tool("b"), tool("a"), tool("a"))).toEqual([]);
    expect(tools(tool("a"), tool("a", "finished"), tool("a"), tool("a"))).toMatchObject([{ code: "run_loops" }]);
  });
});
