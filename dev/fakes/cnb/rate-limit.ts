import type { Now } from "../shared/clock.ts";
import { Refusal } from "./refusal.ts";

const MINUTE_MS = 60_000;

export interface CnbLimits {
  /** Requests in any minute by one token. */
  readonly perMinute: number;
}

/** No document names a limit. */
export const LIMITS: CnbLimits = { perMinute: Number.POSITIVE_INFINITY };

/** Counts each caller's requests of the last minute. No header tells of it. */
export class RateLimit {
  readonly #limits: CnbLimits;
  readonly #now: Now;
  readonly #recent = new Map<string, number[]>();

  constructor(limits: CnbLimits, now: Now) {
    this.#limits = limits;
    this.#now = now;
  }

  take(caller: string): void {
    const since = this.#now() - MINUTE_MS;
    const recent = (this.#recent.get(caller) ?? []).filter((at) => at > since);
    this.#recent.set(caller, recent);
    if (recent.length >= this.#limits.perMinute) throw tooMany(undefined);
    recent.push(this.#now());
  }
}

export function tooMany(retryAfter: number | undefined): Refusal {
  return new Refusal(429, "too many requests", retryAfter === undefined ? {} : { "retry-after": String(retryAfter) });
}
