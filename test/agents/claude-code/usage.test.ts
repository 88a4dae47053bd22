import { describe, expect, it } from "vitest";
import type { ChatMessage, TurnEnded } from "../../../src/agents/claude-code/schema.ts";
import { TurnUsage } from "../../../src/agents/claude-code/usage.ts";
import type { AgentEvent } from "../../../src/contracts/agent-provider.ts";

type Message = ChatMessage["message"];

const piece = (id: string, output: number, model = "sonnet"): Message => ({
  ...{ id, model, content: [] },
  usage: { input_tokens: 10, cache_read_input_tokens: 70, cache_creation_input_tokens: 20, output_tokens: output },
});
const ended = (models: Readonly<Record<string, object>>): TurnEnded => ({
  ...{ type: "result", subtype: "success" },
  model_usage_since_last_result: models,
});
const SUM = {
  inputTokens: 20,
  outputTokens: 80,
  cacheReadInputTokens: 140,
  cacheCreationInputTokens: 40,
  costUSD: 0.5,
};

/** Model, tokens in all, and those of the cache. */
function told(events: readonly AgentEvent[]) {
  return events.flatMap((event) =>
    event.type === "usage" ? [[event.model, event.usage.totalTokens, event.details?.cacheReadTokens]] : [],
  );
}

describe("the usage of a turn of Claude Code", () => {
  it("is told with each call, once for all its pieces, and the rest with the end", () => {
    const usage = new TurnUsage();
    expect(told(usage.heard(piece("m1", 1)))).toEqual([["sonnet", 101, 70]]);
    expect(usage.heard(piece("m1", 1))).toEqual([]);
    expect(told(usage.heard(piece("m1", 4)))).toEqual([["sonnet", 3, 0]]);
    expect(told(usage.heard(piece("m2", 1)))).toEqual([["sonnet", 101, 70]]);
    const [rest] = usage.settle(ended({ sonnet: SUM }));
    expect(rest).toMatchObject({ usage: { inputTokens: 0, outputTokens: 75, totalTokens: 75 } });
    expect(rest).toMatchObject({ details: { costUsd: 0.5, cacheReadTokens: 0, cacheWriteTokens: 0 } });
  });

  it("counts nothing twice when a model has another name in the sum, and tells of models that were not heard", () => {
    const usage = new TurnUsage();
    usage.heard(piece("m1", 1, "sonnet-20250929"));
    expect(told(usage.settle(ended({ haiku: { inputTokens: 7 }, sonnet: SUM })))).toEqual([
      ["haiku", 0, 0],
      ["sonnet", 186, 70],
    ]);
  });

  it("begins anew with each turn, and is never less than nothing", () => {
    const usage = new TurnUsage();
    usage.heard(piece("m1", 500));
    expect(told(usage.settle(ended({ sonnet: { inputTokens: 1 } })))).toEqual([["sonnet", 0, 0]]);
    expect(told(usage.settle(ended({ sonnet: SUM })))).toEqual([["sonnet", 280, 140]]);
    expect(usage.heard({ content: "hello" })).toEqual([]);
  });
});
