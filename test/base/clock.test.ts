import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("systemClock", () => {
  it("sleeps, and stops sleeping with a reason", async () => {
    const clock = systemClock();
    const before = clock.monotonic();
    await clock.sleep(20);
    expect(clock.monotonic() - before).toBeGreaterThan(15);
    const controller = new AbortController();
    const sleeping = clock.sleep(60_000, controller.signal);
    controller.abort("enough");
    await expect(sleeping).rejects.toMatchObject({ code: "aborted", facts: { reason: "enough" } });
    await expect(clock.sleep(0, controller.signal)).rejects.toMatchObject({ code: "aborted" });
  });

  it("leaves no timer behind an aborted sleep and no listener behind a finished one", async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, "removeEventListener");
    const done = systemClock().sleep(10, controller.signal);
    await vi.advanceTimersByTimeAsync(10);
    await done;
    expect(remove).toHaveBeenCalledOnce();
    const stopped = systemClock().sleep(10, controller.signal);
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits longer than one setTimeout can, and forever", () => {
    vi.useFakeTimers();
    const fired: string[] = [];
    const days = 24 * 3_600_000;
    systemClock().setTimer(60 * days, () => fired.push("late"));
    const never = systemClock().setTimer(Number.POSITIVE_INFINITY, () => fired.push("never"));
    vi.advanceTimersByTime(59 * days);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(2 * days);
    expect(fired).toEqual(["late"]);
    never.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });
});
