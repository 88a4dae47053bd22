import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { memoryLog } from "../../src/base/log.ts";
import type { Lease } from "../../src/model/work.ts";
import { LaneSample } from "../../src/contracts/conformance/record-samples.ts";
import { startHeartbeat } from "../../src/engine/index.ts";

const LEASE_MS = 10_000;
const EVERY_MS = 3_000;

/** A queue that answers as the test wants, and a loop on it. */
function beating() {
  const clock = new VirtualClock();
  const log = memoryLog();
  const asked: string[][] = [];
  const lost: string[] = [];
  const lags: number[] = [];
  const answer: { give: (leases: readonly Lease[]) => Promise<ReadonlySet<string>> } = {
    give: async (leases) => new Set(leases.map((lease) => lease.work.id)),
  };
  let stoodStill = 0;
  /** Time goes on while nothing here runs. */
  const freeze = (ms: number): void => {
    stoodStill += ms;
  };
  const heartbeat = startHeartbeat({
    engine: {
      heartbeat: (leases) => {
        asked.push(leases.map((lease) => lease.work.id));
        return answer.give(leases);
      },
    },
    clock: {
      now: () => clock.now() + stoodStill,
      monotonic: () => clock.monotonic() + stoodStill,
      setTimer: (ms, run) => clock.setTimer(ms, run),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    },
    log,
    leaseMs: LEASE_MS,
    everyMs: EVERY_MS,
    onLost: (workId) => lost.push(workId),
    onLag: (lagMs) => lags.push(lagMs),
  });
  return { clock, log, asked, lost, lags, answer, heartbeat, freeze };
}

function lease(id: string): Lease {
  return { work: new LaneSample("w", id).work(id), fence: 1, holder: "me", expiresAt: 0 };
}

describe("the heartbeat", () => {
  test("renews all leases in one question, and rests without any", async () => {
    const { clock, asked, lost, heartbeat } = beating();
    expect(clock.pendingTimers()).toBe(0);
    heartbeat.add(lease("a"));
    heartbeat.add(lease("b"));
    await clock.advance(EVERY_MS * 2);
    expect(asked).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    heartbeat.remove("a");
    await clock.advance(EVERY_MS);
    expect(asked.at(-1)).toEqual(["b"]);
    heartbeat.remove("b");
    expect(clock.pendingTimers()).toBe(0);
    expect(lost).toEqual([]);
  });

  test("tells once of a lease that is not held, and goes on renewing it until it is removed", async () => {
    const { clock, asked, lost, answer, heartbeat } = beating();
    heartbeat.add(lease("a"));
    heartbeat.add(lease("b"));
    answer.give = async () => new Set(["b"]);
    await clock.advance(EVERY_MS * 3);
    expect(lost).toEqual(["a"]);
    expect(asked.at(-1)).toEqual(["a", "b"]);
  });

  test("fences itself when the process stood still for more than half a lease", async () => {
    const { clock, asked, lost, lags, heartbeat, freeze } = beating();
    heartbeat.add(lease("a"));
    await clock.advance(EVERY_MS);
    expect(asked).toHaveLength(1);
    freeze(LEASE_MS);
    await clock.advance(EVERY_MS);
    expect(lost).toEqual(["a"]);
    expect(lags).toEqual([LEASE_MS + EVERY_MS]);
    expect(asked).toHaveLength(1);
    await clock.advance(LEASE_MS);
    expect(asked).toHaveLength(1);
  });

  test("fences itself when the record fails for more than half a lease, and not before", async () => {
    const { clock, lost, lags, log, answer, heartbeat } = beating();
    heartbeat.add(lease("a"));
    answer.give = async () => {
      throw new Error("disk full");
    };
    await clock.advance(EVERY_MS);
    expect([lost, log.entries.length]).toEqual([[], 1]);
    await clock.advance(EVERY_MS);
    expect(lost).toEqual(["a"]);
    expect(lags).toEqual([EVERY_MS * 2]);
  });

  test("fences itself when an answer does not come, and asks nothing meanwhile", async () => {
    const { clock, asked, lost, answer, heartbeat } = beating();
    heartbeat.add(lease("a"));
    answer.give = () => new Promise(() => undefined);
    await clock.advance(EVERY_MS * 2);
    expect(asked).toHaveLength(1);
    expect(lost).toEqual(["a"]);
  });

  test("counts a lease as held from the moment at which it asked", async () => {
    const { clock, lost, answer, heartbeat } = beating();
    heartbeat.add(lease("a"));
    answer.give = async (leases) => {
      await clock.sleep(2_500);
      return new Set(leases.map((held) => held.work.id));
    };
    await clock.advance(EVERY_MS * 4);
    expect(lost).toEqual([]);
    answer.give = () => new Promise(() => undefined);
    await clock.advance(EVERY_MS * 2);
    expect(lost).toEqual(["a"]);
  });

  test("is silent after it was stopped", async () => {
    const { clock, asked, lost, answer, heartbeat } = beating();
    heartbeat.add(lease("a"));
    let late = (_: ReadonlySet<string>): void => undefined;
    answer.give = () =>
      new Promise((resolve) => {
        late = resolve;
      });
    await clock.advance(EVERY_MS);
    heartbeat.stop();
    late(new Set());
    heartbeat.add(lease("b"));
    await clock.advance(LEASE_MS);
    expect([asked.length, lost, clock.pendingTimers()]).toEqual([1, [], 0]);
  });
});
