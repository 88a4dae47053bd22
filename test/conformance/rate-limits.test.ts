import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { FakeServer } from "../../dev/fakes/shared/fake-server.ts";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { RateLimiters } from "../../src/base/rate-limiter.ts";
import { cnbForge } from "../../src/forges/cnb/index.ts";
import { githubForge } from "../../src/forges/github/index.ts";
import { githubTracker } from "../../src/trackers/github/index.ts";
import { cnbStage } from "../forges/cnb/stage.ts";
import { githubStage } from "../forges/github/stage.ts";
import { stage as linearStage } from "../trackers/linear/stage.ts";
import { stage as tapdStage } from "../trackers/tapd/stage.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const calm = { signal: new AbortController().signal };
const HOLD_MS = 30_000;

interface Subject {
  readonly server: FakeServer;
  ask(): Promise<void>;
}

const SUBJECTS: Readonly<Record<string, (clock: VirtualClock) => Promise<Subject>>> = {
  linear: async (clock) => {
    const ground = await linearStage([], {}, clock);
    const tracker = ground.open();
    return { server: ground.fake.server, ask: () => tracker.health(calm) };
  },
  tapd: async (clock) => {
    const ground = await tapdStage();
    const tracker = ground.open({}, { clock, limiters: new RateLimiters(clock) });
    return { server: ground.fake.server, ask: () => tracker.health(calm) };
  },
  "github (issues)": async (clock) => {
    const ground = await githubStage();
    onTestFinished(() => ground.dispose());
    const tracker = await githubTracker.open(ground.options(), { ...ground.context, clock });
    return { server: ground.fake.server, ask: () => tracker.health(calm) };
  },
  "github (changes)": async (clock) => {
    const ground = await githubStage();
    onTestFinished(() => ground.dispose());
    const forge = await githubForge.open(ground.options(), { ...ground.context, clock });
    return { server: ground.fake.server, ask: async () => void (await forge.branchHead("main", calm)) };
  },
  cnb: async (clock) => {
    const ground = await cnbStage();
    onTestFinished(() => ground.dispose());
    const forge = await cnbForge.open(ground.options(), {
      ...ground.context,
      clock,
      limiters: new RateLimiters(clock),
    });
    return { server: ground.fake.server, ask: async () => void (await forge.findChange("work/none", calm)) };
  },
};

/** Asks a millisecond before `at`: the request waits for exactly that instant, and only then is sent. */
async function expectSentAt(at: number, clock: VirtualClock, { server, ask }: Subject): Promise<void> {
  const before = server.log.calls.length;
  await clock.advance(at - 1 - clock.now());
  const timers = clock.pendingTimers();
  const waiting = ask();
  await clock.settle();
  // A request that was sent would have set its deadline instead.
  expect([clock.pendingTimers(), clock.nextTimerAt()]).toEqual([timers + 1, at]);
  expect(server.log.calls).toHaveLength(before);
  server.clock.advance(3_600_000);
  await clock.advance(1);
  await waiting;
  expect(server.log.calls.length).toBeGreaterThan(before);
}

describe.each(Object.entries(SUBJECTS))("the limit of %s", (_, start) => {
  it("is waited for as long as Retry-After says, and nothing is sent before", async () => {
    const clock = new VirtualClock({ start: Date.now() });
    const subject = await start(clock);
    const { server, ask } = subject;
    server.faults.add({ kind: "rate_limit", operation: "*", retryAfter: HOLD_MS / 1_000 });
    const refused = { code: expect.stringMatching(/_rate_limited$/), retryable: true };
    await expect(ask()).rejects.toMatchObject({ ...refused, retryAfterMs: HOLD_MS });
    const until = clock.now() + HOLD_MS;
    const asked = server.log.calls.length;
    for (let waited = 0; waited < 20_000; waited += 10_000) {
      await expect(ask()).rejects.toMatchObject({ ...refused, retryAfterMs: HOLD_MS - waited });
      await clock.advance(10_000);
    }
    expect(server.log.calls).toHaveLength(asked);
    await expectSentAt(until, clock, subject);
  });
});

describe("an allowance of GitHub that is used up", () => {
  it("is waited for until its reset, without a refusal", async () => {
    const clock = new VirtualClock({ start: Date.now() });
    const ground = await githubStage({ limits: { core: 1 } });
    onTestFinished(() => ground.dispose());
    const tracker = await githubTracker.open(ground.options(), { ...ground.context, clock });
    const ask = async (): Promise<void> => void (await tracker.labels?.(calm));
    await ask();
    const { resetAt } = tracker.budget?.() ?? {};
    if (resetAt == null) throw new Error("GitHub tells when its window ends");
    expect(tracker.budget?.()).toMatchObject({ limit: 1, remaining: 0 });
    await expect(ask()).rejects.toMatchObject({ retryAfterMs: resetAt - clock.now() });
    await expectSentAt(resetAt, clock, { server: ground.fake.server, ask });
    expect(ground.fake.server.log.calls.every(({ status }) => status === 200 || status === 304)).toBe(true);
  });
});
