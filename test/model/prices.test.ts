import { describe, expect, test } from "vitest";
import { costOf, listPrice, ownPrice, PRICE_LISTS } from "../../src/model/prices.ts";
import { NANO_USD } from "../../src/model/spending.ts";

describe("the price of a model", () => {
  test.for([
    ["claude-opus-4-5-20251101", 5],
    ["anthropic/claude-sonnet-4-5@20250929", 3],
    ["GPT-5", 1.25],
    ["gpt-5-2025-08-07", 1.25],
    ["gpt-5-mini", 0.25],
    ["constructor", null],
    ["gpt-5-somewhat", null],
    [null, null],
  ] as const)("of %s is %s dollars for a million tokens in, or not known", ([model, input]) => {
    expect(listPrice(model)?.input ?? null).toBe(input);
  });

  test("can be said by the workflow file, for a model under any of its names", () => {
    const prices = { "my-model": { input: 1, cacheRead: 2, cacheWrite: 3, output: 4 } };
    expect(ownPrice(prices, "vendor/my-model-latest")?.output).toBe(4);
    expect(ownPrice(prices, "other")).toBeNull();
  });

  test("tells input, cache and output apart", () => {
    const tokens = { inputTokens: 1e6, cacheReadTokens: 2e6, cacheWriteTokens: 3e6, outputTokens: 4e6 };
    expect(costOf(tokens, { input: 1, cacheRead: 10, cacheWrite: 100, output: 1_000 })).toBe(4_321 * NANO_USD);
  });

  test("has a source and a day", () => {
    for (const { source, date } of PRICE_LISTS) {
      expect(source).toMatch(/^https:/);
      expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });
});
