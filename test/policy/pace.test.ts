import { describe, expect, it } from "vitest";
import { pacePolls } from "../../src/policy/index.ts";

const NOW = 1_000_000;
const HOUR = 3_600_000;

function left(remaining: number | null, resetInMs = HOUR, limit: number | null = 2_500) {
  return { name: "tracker linear", limit, remaining, resetAt: NOW + resetInMs };
}

describe("how often is polled", () => {
  it.each([
    { case: "nothing is known", allowances: [], cost: 2, interval: 30_000 },
    { case: "there is plenty", allowances: [left(2_000)], cost: 2, interval: 30_000 },
    { case: "a quarter is left", allowances: [left(625)], cost: 2, interval: 30_000 },
    { case: "little is left, but it lasts at this pace", allowances: [left(600)], cost: 2, interval: 30_000 },
    { case: "little is left for an hour", allowances: [left(100)], cost: 2, interval: 144_000 },
    { case: "polls cost more", allowances: [left(100)], cost: 10, interval: 720_000 },
    { case: "little is left, and it is full again soon", allowances: [left(100, 60_000)], cost: 2, interval: 30_000 },
    { case: "nothing is left for some minutes", allowances: [left(0, 600_000)], cost: 2, interval: 600_000 },
    {
      case: "nothing is left for an hour: no longer than a quarter",
      allowances: [left(0)],
      cost: 2,
      interval: 900_000,
    },
    { case: "it is full again by now", allowances: [left(0, 0)], cost: 2, interval: 30_000 },
    { case: "the service says no limit", allowances: [left(5, HOUR, null)], cost: 2, interval: 30_000 },
    { case: "the service does not say what is left", allowances: [left(null)], cost: 2, interval: 30_000 },
    { case: "the scarcest counts", allowances: [left(200), left(50), left(2_400)], cost: 2, interval: 300_000 },
    { case: "a poll cost nothing", allowances: [left(100)], cost: 0, interval: 72_000 },
  ])("$case", ({ allowances, cost, interval }) => {
    const pace = pacePolls(30_000, allowances, cost, NOW);
    expect(pace.intervalMs).toBe(interval);
    expect(pace.reason === null).toBe(interval === 30_000);
  });

  it("says why", () => {
    expect(pacePolls(30_000, [left(100)], 2, NOW).reason).toEqual({
      code: "polls_slowed",
      sentence: "tracker linear has 100 of 2500 requests left for 3600 s: polls every 144 s instead of 30 s.",
    });
  });

  it("is never faster than the workflow says, and never uses up what is left before it is full again", () => {
    for (let remaining = 0; remaining <= 2_500; remaining += 7)
      for (const cost of [1, 2, 5, 20])
        for (const resetIn of [1_000, 60_000, HOUR]) {
          const { intervalMs } = pacePolls(30_000, [left(remaining, resetIn)], cost, NOW);
          expect(intervalMs).toBeGreaterThanOrEqual(30_000);
          const isLow = remaining / 2_500 < 0.25 && intervalMs < 900_000;
          if (isLow && remaining >= cost * 2) expect((resetIn / intervalMs) * cost).toBeLessThanOrEqual(remaining);
        }
  });
});
