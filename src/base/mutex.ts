import { abortedError, MaestroError } from "./errors.ts";

/** Lets at most `slots` pieces of work run at once; the others wait in the order in which they came. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** Throws MaestroError `invalid_argument` unless `slots` is a positive integer. */
  constructor(slots: number) {
    if (!Number.isInteger(slots) || slots < 1) {
      throw new MaestroError({
        code: "invalid_argument",
        message: `A semaphore needs at least one slot, not ${slots}.`,
      });
    }
    this.#free = slots;
  }

  /** Runs work in a slot and frees it however the work ends. Only the wait can be aborted (MaestroError `aborted`). */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#acquire(signal);
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  #acquire(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(abortedError(signal));
        return;
      }
      if (this.#free > 0) {
        this.#free -= 1;
        resolve();
        return;
      }
      const enter = (): void => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        if (signal) reject(abortedError(signal));
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(enter);
    });
  }

  #release(): void {
    // The slot goes straight to the next in line, so that a newcomer cannot overtake it.
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}

/** Lets one piece of work run at a time, in the order in which they came. Not re-entrant. */
export class Mutex extends Semaphore {
  constructor() {
    super(1);
  }
}

/** A mutex for each key, kept only while somebody has or wants it. Not re-entrant. */
export class KeyedMutex {
  readonly #mutexes = new Map<string, { readonly mutex: Mutex; users: number }>();

  /** Runs work alone among all with this key. Only the wait can be aborted (MaestroError `aborted`). */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const entry = this.#mutexes.get(key) ?? { mutex: new Mutex(), users: 0 };
    this.#mutexes.set(key, entry);
    entry.users += 1;
    try {
      return await entry.mutex.run(work, signal);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#mutexes.delete(key);
    }
  }
}
