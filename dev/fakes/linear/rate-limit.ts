import type { Now } from "../shared/clock.ts";

const HOUR_MS = 3_600_000;

export interface LinearLimits {
  /** Requests per hour and key. */
  readonly requests: number;
  /** Complexity points per hour and key. */
  readonly complexity: number;
  /** Complexity points of one query. */
  readonly queryComplexity: number;
}

/** Accounts name 2 500 to 5 000 requests and 2 to 3 million points; the reader is to take them from the headers. */
export const LIMITS: LinearLimits = { requests: 5000, complexity: 3_000_000, queryComplexity: 10_000 };

interface Bucket {
  level: number;
  at: number;
}

/** A leaking bucket per key: what was used flows off evenly over the hour. */
export class RateLimit {
  readonly limits: LinearLimits;
  readonly #now: Now;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: LinearLimits, now: Now) {
    this.limits = limits;
    this.#now = now;
  }

  /** Takes one request of this weight, or names what is used up and takes nothing. */
  take(key: string, complexity: number): "requests" | "complexity" | undefined {
    const requests = this.#bucket(`requests ${key}`, this.limits.requests);
    const points = this.#bucket(`complexity ${key}`, this.limits.complexity);
    if (requests.level + 1 > this.limits.requests) return "requests";
    if (points.level + complexity > this.limits.complexity) return "complexity";
    requests.level += 1;
    points.level += complexity;
    return undefined;
  }

  /** Uses up what is left of the requests. */
  exhaust(key: string): void {
    this.#bucket(`requests ${key}`, this.limits.requests).level = this.limits.requests;
  }

  headers(key: string, complexity: number): Record<string, string> {
    return {
      "x-complexity": String(complexity),
      ...this.#describe("requests", key, this.limits.requests),
      ...this.#describe("complexity", key, this.limits.complexity),
    };
  }

  /** As `rateLimitStatus` shows it; `reset` in epoch milliseconds. */
  status(key: string) {
    return (["requests", "complexity"] as const).map((type) => {
      const limit = this.limits[type];
      const { level } = this.#bucket(`${type} ${key}`, limit);
      const remainingAmount = Math.floor(limit - level);
      return {
        type,
        allowedAmount: limit,
        requestedAmount: 0,
        remainingAmount,
        period: HOUR_MS,
        reset: this.#reset(level, limit),
      };
    });
  }

  #describe(type: string, key: string, limit: number): Record<string, string> {
    const { level } = this.#bucket(`${type} ${key}`, limit);
    return {
      [`x-ratelimit-${type}-limit`]: String(limit),
      [`x-ratelimit-${type}-remaining`]: String(Math.max(0, Math.floor(limit - level))),
      [`x-ratelimit-${type}-reset`]: String(this.#reset(level, limit)),
    };
  }

  #reset(level: number, limit: number): number {
    return Math.ceil(this.#now() + (level / limit) * HOUR_MS);
  }

  #bucket(name: string, limit: number): Bucket {
    const now = this.#now();
    const bucket = this.#buckets.get(name) ?? { level: 0, at: now };
    bucket.level = Math.max(0, bucket.level - ((now - bucket.at) / HOUR_MS) * limit);
    bucket.at = now;
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
