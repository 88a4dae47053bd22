import { Mutex } from "../base/mutex.ts";

/** Lets one piece of work per key run at a time, in the order in which they came. Not re-entrant. */
export class KeyedLock {
  readonly #turns = new Map<string, { readonly mutex: Mutex; users: number }>();

  /** Runs work when the key is free. Only the wait can be aborted. Keys that differ by case are one: they may be one folder. */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const name = key.toLowerCase();
    const turn = this.#turns.get(name) ?? { mutex: new Mutex(), users: 0 };
    this.#turns.set(name, turn);
    turn.users += 1;
    try {
      return await turn.mutex.run(work, signal);
    } finally {
      turn.users -= 1;
      if (turn.users === 0) this.#turns.delete(name);
    }
  }
}
