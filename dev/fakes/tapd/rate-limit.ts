import type { Now } from "../shared/clock.ts";

const MINUTE_MS = 60_000;
/** Seen in answers; what it counts is not known, so it counts down by itself and means nothing. */
const SHOWN_LIMIT = 10_000;

export interface TapdLimits {
  /** Requests in any minute by one account. */
  readonly perMinute: number;
}

/** The documents' default; accounts with 1 800 and 6 000 in ten minutes were seen. */
export const LIMITS: TapdLimits = { perMinute: 60 };

/** Counts each account's requests of the last minute. */
export class RateLimit {
  readonly #limits: TapdLimits;
  readonly #now: Now;
  readonly #recent = new Map<string, number[]>();
  #served = 0;

  constructor(limits: TapdLimits, now: Now) {
    this.#limits = limits;
    this.#now = now;
  }

  get perTenMinutes(): number {
    return this.#limits.perMinute * 10;
  }

  /** Takes one request, or returns `false` and takes nothing. */
  take(account: string): boolean {
    const since = this.#now() - MINUTE_MS;
    const recent = (this.#recent.get(account) ?? []).filter((at) => at > since);
    this.#recent.set(account, recent);
    if (recent.length >= this.#limits.perMinute) return false;
    recent.push(this.#now());
    this.#served += 1;
    return true;
  }

  headers(): Record<string, string> {
    const remaining = Math.max(0, SHOWN_LIMIT - this.#served);
    return { "x-ratelimit-limit": String(SHOWN_LIMIT), "x-ratelimit-remaining": String(remaining) };
  }
}
