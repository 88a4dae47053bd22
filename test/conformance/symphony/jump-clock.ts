import { setTimeout as pause } from "node:timers/promises";
import { type Clock, sleepWith, type Timer } from "../../../src/base/clock.ts";

interface Waiting {
  readonly due: number;
  readonly run: () => void;
  handle: NodeJS.Timeout | undefined;
}

/** Timers up to this length fire in a held clock as well, milliseconds: what gathers for a moment, such as a commit, must not stand still. */
const MOMENT_MS = 50;
/** What one step of a jump passes, milliseconds: heartbeats keep up with it. */
const STEP_MS = 1_000;

/** Real time that a test can move on, or hold still so that what is due at an instant can be told exactly. */
export class JumpClock implements Clock {
  readonly #timers = new Set<Waiting>();
  #ahead = 0;
  #heldAt: number | null = null;

  now(): number {
    return Math.floor(performance.timeOrigin + this.monotonic());
  }

  monotonic(): number {
    return this.#ahead + (this.#heldAt ?? performance.now());
  }

  setTimer(ms: number, run: () => void): Timer {
    const timer: Waiting = { due: this.monotonic() + Math.max(0, ms), run, handle: undefined };
    this.#timers.add(timer);
    this.#arm(timer);
    return {
      cancel: () => {
        clearTimeout(timer.handle);
        this.#timers.delete(timer);
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith((wait, run) => this.setTimer(wait, run), ms, signal);
  }

  /** From now on time passes only by jumps; timers of a moment still fire. */
  hold(): void {
    this.#heldAt = performance.now();
  }

  /** Lets time pass again. */
  release(): void {
    if (this.#heldAt === null) return;
    this.#ahead += this.#heldAt - performance.now();
    this.#heldAt = null;
    this.#rearm();
  }

  /** Lets `ms` pass at once; what falls due happens, and what that sets off has a moment to happen too. */
  async jump(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      this.#ahead += Math.min(left, STEP_MS);
      this.#rearm();
      await pause(2);
    }
  }

  #rearm(): void {
    for (const timer of [...this.#timers].sort((a, b) => a.due - b.due)) this.#arm(timer);
  }

  #arm(timer: Waiting): void {
    clearTimeout(timer.handle);
    const left = timer.due - this.monotonic();
    if (left > 2 ** 31 - 1 || (this.#heldAt !== null && left > MOMENT_MS)) return;
    timer.handle = setTimeout(() => {
      this.#timers.delete(timer);
      timer.run();
    }, left);
  }
}
