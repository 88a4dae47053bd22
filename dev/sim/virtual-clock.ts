import { type Clock, sleepWith, type Timer } from "../../src/base/clock.ts";
import { MaestroError } from "../../src/base/errors.ts";

/** How a VirtualClock is set up. */
export interface VirtualClockOptions {
  /** Epoch milliseconds at the beginning. Default 2026-01-01T00:00:00Z. */
  readonly start?: number;
  /** Lets code that waits for promises run on. Default: 50 microtask turns. */
  readonly drain?: () => Promise<void>;
  /** Whether nothing is under way that the clock cannot see (a child process, a file). Default: always. */
  readonly idle?: () => boolean;
  /** How often `settle` drains before it gives up. Default 10 000. */
  readonly maxRounds?: number;
}

interface VirtualTimer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * A clock that a test moves. Timers fire in the order of their due times, equal ones in the order in which they were set, and everything that one of
 * them sets off has happened before the next one fires.
 */
export class VirtualClock implements Clock {
  readonly #start: number;
  readonly #drain: () => Promise<void>;
  readonly #idle: () => boolean;
  readonly #maxRounds: number;
  readonly #timers = new Set<VirtualTimer>();
  #elapsed = 0;
  #added = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.#start = options.start ?? Date.UTC(2026, 0, 1);
    this.#drain = options.drain ?? (() => drainMicrotasks(50));
    this.#idle = options.idle ?? (() => true);
    this.#maxRounds = options.maxRounds ?? 10_000;
  }

  now(): number {
    return this.#start + Math.floor(this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(ms: number, run: () => void): Timer {
    this.#added += 1;
    const timer: VirtualTimer = { due: this.#elapsed + Math.max(0, ms), order: this.#added, run };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith((wait, run) => this.setTimer(wait, run), ms, signal);
  }

  /** When the next timer is due, in epoch milliseconds; undefined without one that ever fires. */
  nextTimerAt(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : this.#start + next.due;
  }

  /** How many timers are set; 0 shows that nothing was left behind. */
  pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` milliseconds pass and fires what falls due on the way. Rejects with what a timer throws. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await this.settle();
    while (await this.#fireNext(end));
    this.#elapsed = end;
    await this.settle();
  }

  /** Fires timer after timer until the condition holds. Rejects with MaestroError `virtual_time_limit` when it does not within `limitMs` milliseconds. */
  async runUntil(condition: () => boolean, limitMs: number): Promise<void> {
    const end = this.#elapsed + limitMs;
    await this.settle();
    while (!condition()) {
      if (await this.#fireNext(end)) continue;
      throw new MaestroError({
        code: "virtual_time_limit",
        message: `The condition did not come true within ${limitMs} ms of virtual time.`,
        facts: { limit_ms: limitMs, elapsed_ms: this.#elapsed, pending_timers: this.#timers.size },
      });
    }
  }

  /**
   * Without moving the time, lets everything that can run do so: drains until a round sets no timer and `idle` agrees. Rejects with
   * MaestroError `simulation_not_idle` when that never happens.
   */
  async settle(): Promise<void> {
    for (let round = 0; round < this.#maxRounds; round += 1) {
      const before = this.#added;
      await this.#drain();
      if (this.#added === before && this.#idle()) return;
    }
    throw new MaestroError({
      code: "simulation_not_idle",
      message: `The simulation is still busy after ${this.#maxRounds} rounds.`,
    });
  }

  async #fireNext(end: number): Promise<boolean> {
    const next = this.#next();
    if (next === undefined || next.due > end) return false;
    this.#timers.delete(next);
    this.#elapsed = Math.max(this.#elapsed, next.due);
    next.run();
    await this.settle();
    return true;
  }

  #next(): VirtualTimer | undefined {
    let best: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.due === Number.POSITIVE_INFINITY) continue;
      if (best === undefined || timer.due < best.due || (timer.due === best.due && timer.order < best.order))
        best = timer;
    }
    return best;
  }
}

/** Gives chained promises `turns` chances to run on, without giving way to timers or input. */
export async function drainMicrotasks(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}
