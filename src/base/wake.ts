import type { Clock } from "./clock.ts";
import { abortedError } from "./errors.ts";

/** A bell for a loop that otherwise sleeps. Any number of nudges before a wait count as one. */
export class Wake {
  #nudged = false;
  readonly #waiting = new Set<() => void>();

  /** Wakes everyone who waits; without anyone the next wait returns at once. */
  nudge(): void {
    if (this.#waiting.size === 0) {
      this.#nudged = true;
      return;
    }
    for (const wake of [...this.#waiting]) wake();
  }

  /** Waits for a nudge, at most `ms` milliseconds. Rejects with MaestroError `aborted`. Leaves no timer behind. */
  wait(clock: Clock, ms: number, signal?: AbortSignal): Promise<"nudged" | "elapsed"> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(abortedError(signal));
        return;
      }
      if (this.#nudged) {
        this.#nudged = false;
        resolve("nudged");
        return;
      }
      const leave = (): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", stop);
      };
      const wake = (): void => {
        leave();
        resolve("nudged");
      };
      const stop = (): void => {
        leave();
        if (signal) reject(abortedError(signal));
      };
      const timer = clock.setTimer(ms, () => {
        leave();
        resolve("elapsed");
      });
      this.#waiting.add(wake);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}
