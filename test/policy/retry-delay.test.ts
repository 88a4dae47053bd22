import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptOf, CONTINUATION_DELAY_MS, retryDelay } from "../../src/policy/index.ts";
import { laneOf } from "./facts.ts";

const settings = { maxRetryBackoffMs: 300_000 };

describe("the back-off (S-118, S-119)", () => {
  it.each([
    [1, 10_000],
    [2, 20_000],
    [3, 40_000],
    [5, 160_000],
    [6, 300_000],
    [2_000, 300_000],
    [0, 10_000],
  ])("after %i failures is %i ms", (failures, expected) => {
    expect(retryDelay(settings, failures)).toBe(expected);
  });

  it("is shorter than the first step when the cap is", () => {
    expect(retryDelay({ maxRetryBackoffMs: 500 }, 1)).toBe(500);
  });

  it("never falls and never passes the cap", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000_000), (failures, maxRetryBackoffMs) => {
        const delay = retryDelay({ maxRetryBackoffMs }, failures);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(maxRetryBackoffMs);
        expect(retryDelay({ maxRetryBackoffMs }, failures + 1)).toBeGreaterThanOrEqual(delay);
      }),
    );
  });

  it("a continuation waits one second", () => {
    expect(CONTINUATION_DELAY_MS).toBe(1_000);
  });
});

describe("the attempt that the prompt shows (S-221, G-5)", () => {
  it.each([
    ["first", 0, 0, null],
    ["continuation", 0, 1, 1],
    ["retry", 1, 0, 1],
    ["retry", 2, 0, 2],
    ["retry", 1, 1, 2],
    ["retry", 0, 0, 1],
    ["repair", 0, 0, 1],
    ["repair", 3, 0, 3],
  ] as const)("%s after %i failures and %i idle sessions is %s", (purpose, failures, idleSessions, expected) => {
    expect(attemptOf(laneOf({ failures, idleSessions }), purpose)).toBe(expected);
  });
});
