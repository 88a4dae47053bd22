import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { PollWatch } from "../../src/orchestrator/poll-watch.ts";

describe("PollWatch", () => {
  it("tells how polls went, and keeps when the last good one was", async () => {
    const clock = new VirtualClock();
    const watch = new PollWatch(clock);
    expect(watch.facts()).toEqual({ count: 0, failures: 0, lastGoodAt: null, lastMs: null });
    const good = watch.watch(async () => {
      await clock.sleep(40);
      return null;
    });
    await clock.advance(40);
    expect(await good).toBeNull();
    const lastGoodAt = clock.now();
    expect(watch.facts()).toEqual({ count: 1, failures: 0, lastGoodAt, lastMs: 40 });
    await clock.advance(1_000);
    const failure = new MaestroError({ code: "tracker_request", message: "no answer" });
    expect(await watch.watch(async () => failure)).toBe(failure);
    await expect(watch.watch(() => Promise.reject(new Error("disk")))).rejects.toThrow("disk");
    expect(watch.facts()).toEqual({ count: 3, failures: 2, lastGoodAt, lastMs: 0 });
  });
});
