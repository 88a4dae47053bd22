import { describe, expect, it, vi } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { abortReason, anySignal, sharedAbort, throwIfAborted, withDeadline } from "../../src/base/abort.ts";

const never = (): Promise<never> => new Promise(() => undefined);

describe("withDeadline", () => {
  it("returns the result and leaves no timer", async () => {
    const clock = new VirtualClock();
    await expect(withDeadline(clock, 100, undefined, async () => 7)).resolves.toBe(7);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("rejects in time although the work ignores its signal", async () => {
    const clock = new VirtualClock();
    const result = withDeadline(clock, 100, undefined, never);
    const checked = expect(result).rejects.toMatchObject({ code: "deadline", retryable: true, facts: { ms: 100 } });
    await clock.advance(100);
    await checked;
  });

  it("reports the deadline, not the work's reaction to it", async () => {
    const clock = new VirtualClock();
    const result = withDeadline(clock, 10, undefined, (signal) => clock.sleep(1000, signal));
    const checked = expect(result).rejects.toMatchObject({ code: "deadline" });
    await clock.advance(10);
    await checked;
    expect(clock.pendingTimers()).toBe(0);
  });

  it("passes on the outer abort and the work's own error, leaving no listener", async () => {
    const clock = new VirtualClock();
    const outer = new AbortController();
    const remove = vi.spyOn(outer.signal, "removeEventListener");
    const failing = (): Promise<never> => {
      throw new Error("at once");
    };
    await expect(withDeadline(clock, 10, outer.signal, failing)).rejects.toThrow("at once");
    expect(remove).toHaveBeenCalledOnce();
    const result = withDeadline(clock, 10, outer.signal, never);
    outer.abort("stop");
    await expect(result).rejects.toMatchObject({ code: "aborted" });
    await expect(withDeadline(clock, 10, outer.signal, async () => 1)).rejects.toMatchObject({ code: "aborted" });
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("signals", () => {
  it("anySignal follows the first of them, none is never aborted", () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const any = anySignal([a.signal, undefined, b.signal]);
    expect(anySignal([undefined, a.signal])).toBe(a.signal);
    expect(anySignal([]).aborted).toBe(false);
    expect(abortReason(any)).toBe("not aborted");
    b.abort(new Error("b ended"));
    expect(abortReason(any)).toBe("b ended");
    expect(() => throwIfAborted(any)).toThrowError(expect.objectContaining({ code: "aborted" }));
    expect(() => throwIfAborted(undefined)).not.toThrow();
  });
});

it("lets many wait on a shared signal without a warning", async () => {
  const warned = vi.fn();
  process.on("warning", warned);
  const clock = new VirtualClock();
  const shared = sharedAbort();
  const waits = Array.from({ length: 50 }, () => withDeadline(clock, 100, shared.signal, never));
  shared.abort("enough");
  const ends = await Promise.allSettled(waits);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  expect(ends.every((end) => end.status === "rejected")).toBe(true);
  expect(warned).not.toHaveBeenCalled();
});
