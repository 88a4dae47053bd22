import type { Now } from "../shared/clock.ts";
import { Refusal } from "./refusal.ts";

const HOUR_MS = 3_600_000;

/** Requests (`core`) and points (`graphql`) per hour and caller; without a token 60. */
export interface GithubLimits {
  readonly core: number;
  readonly graphql: number;
  readonly anonymous: number;
}

export const LIMITS: GithubLimits = { core: 5000, graphql: 5000, anonymous: 60 };

type Resource = "core" | "graphql";

/** GitHub's primary limits: a window of an hour from the first request. */
export class RateLimit {
  readonly #limits: GithubLimits;
  readonly #now: Now;
  readonly #windows = new Map<string, { used: number; endsAt: number }>();

  constructor(limits: GithubLimits, now: Now) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Refuses who has used up the window. */
  check(caller: string | null, resource: Resource): void {
    const { used } = this.#window(caller, resource);
    if (used >= this.#limitOf(caller, resource)) throw this.refusal(caller, resource);
  }

  use(caller: string | null, resource: Resource): void {
    this.#window(caller, resource).used += 1;
  }

  exhaust(caller: string | null, resource: Resource): void {
    this.#window(caller, resource).used = this.#limitOf(caller, resource);
  }

  refusal(caller: string | null, resource: Resource): Refusal {
    const whom = caller === null ? "127.0.0.1" : `user ${caller}`;
    return new Refusal(403, `API rate limit exceeded for ${whom}.`, {}, this.headers(caller, resource));
  }

  headers(caller: string | null, resource: Resource): Record<string, string> {
    const { limit, remaining, reset, used } = this.status(caller, resource);
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(reset),
      "x-ratelimit-used": String(used),
      "x-ratelimit-resource": resource,
    };
  }

  /** `reset` in epoch seconds. */
  status(caller: string | null, resource: Resource) {
    const limit = this.#limitOf(caller, resource);
    const { used, endsAt } = this.#window(caller, resource);
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(endsAt / 1000) };
  }

  #limitOf(caller: string | null, resource: Resource): number {
    return caller === null ? this.#limits.anonymous : this.#limits[resource];
  }

  #window(caller: string | null, resource: Resource): { used: number; endsAt: number } {
    const key = `${resource} ${caller}`;
    const now = this.#now();
    let window = this.#windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      window = { used: 0, endsAt: now + HOUR_MS };
      this.#windows.set(key, window);
    }
    return window;
  }
}

/** GitHub's other limit, on how fast one asks and writes: 403, or 429 where told so. */
export function secondaryRefusal(status: 403 | 429, retryAfter: number): Refusal {
  const message =
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.";
  return new Refusal(status, message, {}, { "retry-after": String(retryAfter) });
}
