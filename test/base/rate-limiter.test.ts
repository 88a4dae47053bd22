import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { RateLimiter, RateLimiters, readRetryAfter } from "../../src/base/rate-limiter.ts";

const signal = new AbortController().signal;
const nothing = async (): Promise<void> => undefined;

describe("RateLimiter", () => {
  it("never has more requests under way than its pace allows", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(clock, "c", { atOnce: 2 });
    let [running, most] = [0, 0];
    const all = Array.from({ length: 5 }, () =>
      limiter.run(async () => {
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(10);
        running -= 1;
      }, signal),
    );
    await clock.advance(100);
    await Promise.all(all);
    expect(most).toBe(2);
  });

  it("keeps the gap between the beginnings of requests, also of parallel ones", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(clock, "c", { atOnce: 3, gapMs: 1_000 });
    const begun: number[] = [];
    const start = clock.monotonic();
    const all = [1, 2, 3].map(() => limiter.run(async () => void begun.push(clock.monotonic() - start), signal));
    await clock.advance(5_000);
    await Promise.all(all);
    expect(begun).toEqual([0, 1_000, 2_000]);
  });

  it("lets a burst begin at once after a rest, and keeps the average", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(clock, "c", { atOnce: 9, gapMs: 1_000, burst: 3 });
    const start = clock.monotonic();
    const begun: number[] = [];
    const ask = (times: number) =>
      Array.from({ length: times }, () => limiter.run(async () => void begun.push(clock.monotonic() - start), signal));
    const first = ask(5);
    await clock.advance(2_000);
    await Promise.all(first);
    expect(begun).toEqual([0, 0, 0, 1_000, 2_000]);
    // Two gaps of rest earn two requests.
    await clock.advance(2_000);
    const second = ask(3);
    await clock.advance(5_000);
    await Promise.all(second);
    expect(begun.slice(5)).toEqual([4_000, 4_000, 5_000]);
  });

  it("waits a short hold out, and tells of a longer one without asking", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(clock, "c", { atOnce: 1 });
    let asked = 0;
    const ask = () =>
      limiter.run(async () => {
        asked += 1;
      }, signal);
    limiter.hold(3_000);
    limiter.hold(1_000);
    const waiting = ask();
    await clock.advance(2_999);
    expect(asked).toBe(0);
    await clock.advance(1);
    await waiting;
    limiter.hold(60_000);
    await expect(ask()).rejects.toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs: 60_000 });
    expect(asked).toBe(1);
    await clock.advance(60_000);
    await ask();
    expect(asked).toBe(2);
  });

  it("stops waiting when its caller does, and lets the next one go", async () => {
    const clock = new VirtualClock();
    const limiter = new RateLimiter(clock, "c", { atOnce: 1 });
    limiter.hold(4_000);
    const caller = new AbortController();
    const waiting = limiter.run(nothing, caller.signal);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "aborted" });
    const next = limiter.run(nothing, signal);
    await clock.advance(4_000);
    await next;
  });

  it("says what is left once the service has said it, and counts what was spent", async () => {
    const limiter = new RateLimiter(new VirtualClock(), "c", { atOnce: 1 });
    expect(limiter.budget()).toBeNull();
    await limiter.run(nothing, signal);
    limiter.note({ limit: 10, remaining: 9, resetAt: 5 });
    expect(limiter.budget()).toEqual({ credential: "c", limit: 10, remaining: 9, resetAt: 5, spent: 1 });
  });
});

describe("RateLimiters", () => {
  it("gives one limiter per service and credential, and shows no credential", () => {
    const limiters = new RateLimiters(new VirtualClock());
    const one = limiters.of("github", "secret-token", { atOnce: 1 });
    expect(limiters.of("github", "secret-token", { atOnce: 9 })).toBe(one);
    expect(limiters.of("linear", "secret-token", { atOnce: 1 })).not.toBe(one);
    expect(limiters.of("github", "other-token", { atOnce: 1 })).not.toBe(one);
    one.note({ limit: null, remaining: null, resetAt: null });
    expect(one.budget()?.credential).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("readRetryAfter", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  it.each([
    ["7", 7_000],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
    [null, undefined],
  ])("reads %j", (value, expected) => {
    expect(readRetryAfter(value, now)).toBe(expected);
  });
});
