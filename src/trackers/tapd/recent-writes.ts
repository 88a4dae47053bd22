import type { Clock } from "../../base/clock.ts";
import { issueIdOf } from "./entities.ts";
import { type Found, refTo } from "./map.ts";

/** How long a read may lag behind a write of ours, milliseconds. */
const LAG_MS = 60_000;
/** TAPD's instants are whole seconds: within this a read of the same second may be the older one, milliseconds. */
const SAME_MS = 3_000;

interface Written {
  readonly found: Found;
  readonly at: number;
}

/** What our own writes were answered with, so that a read which lags behind them does not bring an old state back. */
export class RecentWrites {
  readonly #clock: Clock;
  readonly #written = new Map<string, Written>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps the answer to a change. */
  keep(found: Found): void {
    const now = this.#clock.monotonic();
    for (const [id, { at }] of this.#written) if (now - at > LAG_MS) this.#written.delete(id);
    this.#written.set(issueIdOf(refTo(found)), { found, at: now });
  }

  /** What was read, or what was written when that is newer. */
  freshest(read: Found): Found {
    const written = this.#recent(issueIdOf(refTo(read)));
    if (written === undefined) return read;
    const [then, now] = [written.found.item.modified ?? "", read.item.modified ?? ""];
    // Instants in one zone and format sort as their texts do.
    const isOlder = now < then || (now === then && this.#clock.monotonic() - written.at < SAME_MS);
    return isOlder ? written.found : read;
  }

  /** What was written to an item lately: a read need not show it yet. */
  find(issueId: string): Found | undefined {
    return this.#recent(issueId)?.found;
  }

  #recent(issueId: string): Written | undefined {
    const written = this.#written.get(issueId);
    return written !== undefined && this.#clock.monotonic() - written.at <= LAG_MS ? written : undefined;
  }
}
