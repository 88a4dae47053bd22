/** What a pacer measures time with. */
export interface PacerParts {
  /** Least time from the start of one call to the start of the next, milliseconds. */
  readonly gapMs: number;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  readonly later: (run: () => void, ms: number) => void;
}

/**
 * Starts calls one after the other with a gap between them, each key at most once in the queue: a busy record must not become a busy
 * server.
 */
export class Pacer {
  readonly #parts: PacerParts;
  readonly #waiting = new Map<string, () => void>();
  #nextAt = 0;
  #isTimed = false;

  constructor(parts: PacerParts) {
    this.#parts = parts;
  }

  /** Asks for a call. One that already waits under this key is replaced and keeps its turn. */
  request(key: string, call: () => void): void {
    this.#waiting.set(key, call);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isTimed || this.#waiting.size === 0) return;
    this.#isTimed = true;
    this.#parts.later(() => this.#next(), Math.max(0, this.#nextAt - this.#parts.now()));
  }

  #next(): void {
    this.#isTimed = false;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [key, call] = first;
    this.#waiting.delete(key);
    this.#nextAt = this.#parts.now() + this.#parts.gapMs;
    call();
    this.#schedule();
  }
}
