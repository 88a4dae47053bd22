import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { KeyedMutex, Mutex, Semaphore } from "../../src/base/mutex.ts";
import { Wake } from "../../src/base/wake.ts";

describe("Semaphore", () => {
  it("never runs more than its slots, in the order of asking", async () => {
    const clock = new VirtualClock();
    const semaphore = new Semaphore(2);
    const started: number[] = [];
    let [running, most] = [0, 0];
    const all = Array.from({ length: 6 }, (_, at) =>
      semaphore.run(async () => {
        started.push(at);
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(10);
        running -= 1;
      }),
    );
    await clock.advance(100);
    await Promise.all(all);
    expect(most).toBe(2);
    expect(started).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("refuses to have no slot", () => {
    expect(() => new Semaphore(0)).toThrowError(expect.objectContaining({ code: "invalid_argument" }));
  });
});

describe("Mutex", () => {
  it("goes on after a failure and returns results", async () => {
    const mutex = new Mutex();
    const failed = mutex.run(async () => {
      throw new Error("no");
    });
    const next = mutex.run(async () => "yes");
    await expect(failed).rejects.toThrow("no");
    await expect(next).resolves.toBe("yes");
  });

  it("lets a waiter give up without losing the turn of those behind it", async () => {
    const clock = new VirtualClock();
    const mutex = new Mutex();
    const first = mutex.run(() => clock.sleep(10));
    const controller = new AbortController();
    const second = mutex.run(async () => "second", controller.signal);
    const third = mutex.run(async () => "third");
    controller.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    await clock.advance(10);
    await first;
    await expect(third).resolves.toBe("third");
    await expect(mutex.run(async () => 1, controller.signal)).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("Wake", () => {
  it("counts nudges before a wait as one", async () => {
    const clock = new VirtualClock();
    const wake = new Wake();
    wake.nudge();
    wake.nudge();
    await expect(wake.wait(clock, 10)).resolves.toBe("nudged");
    const second = wake.wait(clock, 10);
    await clock.advance(10);
    await expect(second).resolves.toBe("elapsed");
  });

  it("wakes everyone who waits, and stops for its signal", async () => {
    const clock = new VirtualClock();
    const wake = new Wake();
    const controller = new AbortController();
    const both = [wake.wait(clock, 10), wake.wait(clock, 10)];
    wake.nudge();
    await expect(Promise.all(both)).resolves.toEqual(["nudged", "nudged"]);
    const stopped = wake.wait(clock, 10, controller.signal);
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    await expect(wake.wait(clock, 10, controller.signal)).rejects.toMatchObject({ code: "aborted" });
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("KeyedMutex", () => {
  it("lets one piece of work per key run at a time, and different keys side by side", async () => {
    const clock = new VirtualClock();
    const mutex = new KeyedMutex();
    const seen: string[] = [];
    const work = (key: string, name: string) =>
      mutex.run(key, async () => {
        seen.push(`+${name}`);
        await clock.sleep(10);
        seen.push(`-${name}`);
      });
    const all = [work("a", "a1"), work("a", "a2"), work("b", "b1")];
    await clock.advance(100);
    await Promise.all(all);
    expect(seen.slice(0, 2)).toEqual(["+a1", "+b1"]);
    expect(seen.filter((entry) => entry.includes("a"))).toEqual(["+a1", "-a1", "+a2", "-a2"]);
  });
});
