import type { Clock } from "../base/clock.ts";
import type { MaestroError } from "../base/errors.ts";

/** The polls of this process. Instants are epoch milliseconds. */
export interface PollFacts {
  readonly count: number;
  /** Those that could not tell the candidates. */
  readonly failures: number;
  /** When the last one ended that told them; `null` before it. */
  readonly lastGoodAt: number | null;
  /** How long the last one took. */
  readonly lastMs: number | null;
}

/** Watches polls, so that others can tell whether they still happen. */
export class PollWatch {
  readonly #clock: Clock;
  #facts: PollFacts = { count: 0, failures: 0, lastGoodAt: null, lastMs: null };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  facts(): PollFacts {
    return this.#facts;
  }

  /** Runs one poll. Rejects with what it rejects with. */
  async watch(poll: () => Promise<MaestroError | null>): Promise<MaestroError | null> {
    const begun = this.#clock.monotonic();
    try {
      const failure = await poll();
      this.#note(failure === null, begun);
      return failure;
    } catch (error) {
      this.#note(false, begun);
      throw error;
    }
  }

  #note(isGood: boolean, begun: number): void {
    const { count, failures, lastGoodAt } = this.#facts;
    this.#facts = {
      count: count + 1,
      failures: isGood ? failures : failures + 1,
      lastGoodAt: isGood ? this.#clock.now() : lastGoodAt,
      lastMs: this.#clock.monotonic() - begun,
    };
  }
}
