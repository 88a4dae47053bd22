import type { Clock } from "../../src/base/clock.ts";
import { throwIfAborted } from "../../src/base/abort.ts";

/** A clock on which every pause is over at once; an instant of its own. */
export function hastyClock(now = Date.UTC(2026, 0, 1)): Clock {
  return {
    now: () => now,
    monotonic: () => 0,
    setTimer: () => ({ cancel: () => undefined }),
    sleep: async (_ms, signal) => {
      await Promise.resolve();
      throwIfAborted(signal);
    },
  };
}
