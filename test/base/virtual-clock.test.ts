import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";

describe("VirtualClock", () => {
  it("fires in order of due time, then of setting, with its consequences in between", async () => {
    const clock = new VirtualClock({ start: 1000 });
    const seen: string[] = [];
    const chain = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      seen.push(`${name}@${clock.now()}`);
    };
    const all = [chain("b", 20), chain("a", 10), chain("b2", 20)];
    expect(clock.nextTimerAt()).toBe(1010);
    await clock.advance(20);
    await Promise.all(all);
    expect(seen).toEqual(["a@1010", "b@1020", "b2@1020"]);
    expect(clock.nextTimerAt()).toBeUndefined();
  });

  it("fires timers that were set on the way, as far as the time goes", async () => {
    const clock = new VirtualClock();
    let ticks = 0;
    void (async () => {
      for (;;) {
        await clock.sleep(10);
        ticks += 1;
      }
    })();
    await clock.advance(95);
    expect(ticks).toBe(9);
    expect(clock.monotonic()).toBe(95);
    await clock.runUntil(() => ticks === 20, 1000);
    expect(clock.monotonic()).toBe(200);
    await expect(clock.runUntil(() => false, 50)).rejects.toMatchObject({ code: "virtual_time_limit" });
  });

  it("waits for what it cannot see, but not without end", async () => {
    let busy = 3;
    const clock = new VirtualClock({
      idle: () => busy === 0,
      drain: async () => {
        busy -= 1;
      },
    });
    await clock.settle();
    expect(busy).toBe(0);
    const stuck = new VirtualClock({ idle: () => false, maxRounds: 5 });
    await expect(stuck.settle()).rejects.toMatchObject({ code: "simulation_not_idle" });
  });

  it("cancels timers and reports what one throws", async () => {
    const clock = new VirtualClock();
    clock.setTimer(5, () => expect.unreachable()).cancel();
    clock.setTimer(Number.POSITIVE_INFINITY, () => undefined).cancel();
    expect(clock.pendingTimers()).toBe(0);
    clock.setTimer(5, () => {
      throw new Error("in a timer");
    });
    await expect(clock.advance(5)).rejects.toThrow("in a timer");
  });
});
