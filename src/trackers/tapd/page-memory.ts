import type { Row } from "./schema.ts";

/** Lists that are remembered; the oldest goes first. */
const MOST_LISTS = 300;

/**
 * What each list showed last. TAPD says nothing of a page that was cut short; but when everything that was there is there again, nothing was lost,
 * and the request that would show it is saved.
 */
export class PageMemory {
  readonly #seen = new Map<string, ReadonlySet<string>>();

  /** Whether the ids read so far and those of a further page hold all that the list showed last. Never for a list that is new here. */
  covers(key: string, read: readonly string[], page: readonly Row[]): boolean {
    const seen = this.#seen.get(key);
    if (seen === undefined) return false;
    const now = new Set([...read, ...page.map(({ id }) => id)]);
    return [...seen].every((id) => now.has(id));
  }

  /** Keeps what a list showed when it was read to its end. */
  keep(key: string, ids: readonly string[]): void {
    this.#seen.delete(key);
    this.#seen.set(key, new Set(ids));
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_LISTS && oldest !== undefined) this.#seen.delete(oldest);
  }
}
