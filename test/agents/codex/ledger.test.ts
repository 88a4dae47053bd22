import { describe, expect, it } from "vitest";
import { CapacityWindows } from "../../../src/agents/codex/capacity.ts";
import { TokenLedger } from "../../../src/agents/codex/ledger.ts";
import { NO_USAGE } from "../../../src/model/usage.ts";

const totals = (input: number, output: number, cached = 0) => ({
  ...{ inputTokens: input, outputTokens: output, totalTokens: input + output },
  ...{ cachedInputTokens: cached, cacheWriteInputTokens: 0, reasoningOutputTokens: 1 },
});

describe("the tokens of a thread", () => {
  it("are the differences of its totals (S-236, S-239)", () => {
    const ledger = new TokenLedger(NO_USAGE);
    expect(ledger.take(totals(100, 10, 40))).toEqual({
      usage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 },
      details: { cacheReadTokens: 40, cacheWriteTokens: 0, reasoningTokens: 1 },
    });
    expect(ledger.take(totals(150, 30, 70))).toMatchObject({
      usage: { inputTokens: 50, outputTokens: 20, totalTokens: 70 },
      details: { cacheReadTokens: 30, reasoningTokens: 0 },
    });
    expect(ledger.take(totals(150, 30, 70))).toBeNull();
    expect(ledger.totals()).toEqual({ inputTokens: 150, outputTokens: 30, totalTokens: 180 });
  });

  it("of a resumed thread begin with what was billed, and its parts with what is told first (G-11)", () => {
    const ledger = new TokenLedger({ inputTokens: 100, outputTokens: 10, totalTokens: 110 });
    expect(ledger.take(totals(100, 10, 40))).toBeNull();
    expect(ledger.take(totals(150, 10, 50))).toMatchObject({
      usage: { totalTokens: 50 },
      details: { cacheReadTokens: 10 },
    });
    const behind = new TokenLedger({ inputTokens: 60, outputTokens: 10, totalTokens: 70 });
    expect(behind.take(totals(100, 10, 40))).toEqual({
      usage: { inputTokens: 40, outputTokens: 0, totalTokens: 40 },
      details: {},
    });
  });

  it("are not billed when nobody knows what was billed", () => {
    const ledger = new TokenLedger("unknown");
    expect(ledger.totals()).toBeNull();
    expect(ledger.take(totals(100, 10))).toBeNull();
    expect(ledger.take(totals(110, 10))?.usage.totalTokens).toBe(10);
  });

  it("never become fewer", () => {
    const ledger = new TokenLedger(NO_USAGE);
    ledger.take(totals(100, 10));
    expect(ledger.take(totals(20, 2))).toBeNull();
    expect(ledger.take(totals(30, 2))?.usage.inputTokens).toBe(10);
  });
});

describe("the windows of an account", () => {
  const notice = (primary: object | null, secondary: object | null = null) => ({
    rateLimits: JSON.parse(JSON.stringify({ limitId: "codex", primary, secondary })),
  });

  it("are told when they change; what says nothing changes nothing", () => {
    const windows = new CapacityWindows();
    expect(windows.take(notice(null))).toEqual([]);
    const told = { type: "capacity", window: "codex primary", usedShare: 0.5, resetAt: 9_000 };
    expect(windows.take(notice({ usedPercent: 50, resetsAt: 9 }))).toEqual([told]);
    expect(windows.take(notice({ usedPercent: 50, resetsAt: null }))).toEqual([]);
    expect(windows.take(notice({ usedPercent: 60 }))).toEqual([{ ...told, usedShare: 0.6 }]);
  });

  it("that are used up say when it is worth coming back: when the last of them is new", () => {
    const windows = new CapacityWindows();
    expect(windows.resetAt()).toBeNull();
    windows.take(notice({ usedPercent: 99, resetsAt: 9 }, { usedPercent: 40, resetsAt: 99 }));
    expect(windows.resetAt()).toBeNull();
    windows.take(notice({ usedPercent: 100, resetsAt: 9 }));
    expect(windows.resetAt()).toBe(9_000);
    windows.take(notice(null, { usedPercent: 100, resetsAt: 99 }));
    expect(windows.resetAt()).toBe(99_000);
  });
});
