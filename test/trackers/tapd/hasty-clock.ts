import { setImmediate } from "node:timers/promises";
import { throwIfAborted } from "../../../src/base/abort.ts";
import { type Clock, systemClock, type Timer } from "../../../src/base/clock.ts";

/** Real time, but whoever sleeps finds it over at once: TAPD's pace is more than a second a request. */
export class HastyClock implements Clock {
  readonly #real = systemClock();
  #ahead = 0;

  now(): number {
    return this.#real.now() + this.#ahead;
  }

  monotonic(): number {
    return this.#real.monotonic() + this.#ahead;
  }

  setTimer(ms: number, run: () => void): Timer {
    return this.#real.setTimer(ms, run);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    this.#ahead += ms;
    await setImmediate();
    throwIfAborted(signal);
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#ahead += ms;
  }
}
