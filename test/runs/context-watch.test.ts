import { describe, expect, it } from "vitest";
import type { MaestroError } from "../../src/base/errors.ts";
import type { AgentEvent } from "../../src/contracts/agent-provider.ts";
import { ContextWatch } from "../../src/runs/run/context-watch.ts";

/** What the watch said of these events. */
function watch(events: readonly AgentEvent[]): readonly MaestroError[] {
  const said: MaestroError[] = [];
  const watching = new ContextWatch((error) => said.push(error));
  for (const event of events) watching.take(event);
  return said;
}

const context = (usedTokens: number, windowTokens: number | null = 100): AgentEvent => ({
  type: "context",
  ...{ usedTokens, windowTokens },
});
const calls = (times: number, ...events: AgentEvent[]): AgentEvent[] =>
  Array.from({ length: times }, (): AgentEvent[] => [{ type: "model_call" }, ...events]).flat();

describe("the watch on an agent's context", () => {
  it("ends a run whose context is full again and again, however often the agent makes it shorter", () => {
    const circle = [...calls(2, context(120), context(120)), context(5)];
    expect(watch([...circle, ...circle])).toEqual([]);
    expect(watch([...circle, ...circle, ...circle, ...circle])).toMatchObject([{ code: "context_overflow" }]);
    expect(watch(calls(6, context(100)))).toMatchObject([{ code: "context_overflow", facts: { window: 100 } }]);
  });

  it("lets a context be full once in a while, and knows of none without a limit", () => {
    const once = [...calls(2, context(120)), ...calls(10, context(40))];
    expect(watch([...once, ...once, ...once, ...once])).toEqual([]);
    expect(watch(calls(20, context(1_000_000, null)))).toEqual([]);
  });
});
