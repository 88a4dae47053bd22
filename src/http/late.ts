import { withDeadline } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";

/** A signal that is only made when somebody looks at it: most requests are answered at once, and never need one. */
export class LateSignal {
  #controller: AbortController | null = null;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Waits for an answer at most `ms` milliseconds. Rejects with `deadline`, and then aborts the signal. */
  async wait<T>(clock: Clock, ms: number, answer: Promise<T>): Promise<T> {
    try {
      return await withDeadline(clock, ms, undefined, () => answer);
    } catch (error) {
      this.#controller?.abort(error);
      throw error;
    }
  }
}
