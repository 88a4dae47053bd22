import type { Clock } from "../base/clock.ts";
import { shortHash } from "../base/ids.ts";
import { type RateLimiter, RateLimiters } from "../base/rate-limiter.ts";
import type { ApiBudget } from "../contracts/outside.ts";

/** GitHub counts REST requests and the points of GraphQL apart. */
export type GithubResource = "core" | "graphql";

/** Under way at once with one credential; GitHub refuses from 100 on (its documents). */
const AT_ONCE = 8;
/** Between two writes: what GitHub's documents ask for. */
const WRITE_GAP_MS = 1_000;

/** The process's limiters: tracker and forge with the same credential share them. */
const limiters = new WeakMap<Clock, RateLimiters>();

/** How fast one credential asks, and what it has left. */
export class GithubLimits {
  readonly #credential: string;
  readonly #reads: Readonly<Record<GithubResource, RateLimiter>>;
  readonly #writes: RateLimiter;

  /** `credential` is the secret itself, or what stands for one that changes; only its hash is kept. */
  constructor(clock: Clock, apiUrl: string, credential: string) {
    const shared = limiters.get(clock) ?? new RateLimiters(clock);
    limiters.set(clock, shared);
    const of = (what: string, pace: { readonly atOnce: number; readonly gapMs?: number }): RateLimiter =>
      shared.of(`github ${apiUrl} ${what}`, credential, pace);
    this.#credential = shortHash(`github ${apiUrl}\n${credential}`);
    this.#reads = { core: of("core", { atOnce: AT_ONCE }), graphql: of("graphql", { atOnce: AT_ONCE }) };
    this.#writes = of("writes", { atOnce: 1, gapMs: WRITE_GAP_MS });
  }

  /** Makes a request when it is its turn: writes one after another. */
  run<T>(resource: GithubResource, isWrite: boolean, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const read = (): Promise<T> => this.#reads[resource].run(work, signal);
    return isWrite ? this.#writes.run(read, signal) : read();
  }

  /** Work on one subject at a time, among all of this process with the credential. */
  turn<T>(subject: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#writes.turns.run(subject, work, signal);
  }

  /** Keeps what an answer's headers say. `now` is epoch milliseconds. */
  note(resource: GithubResource, headers: Readonly<Record<string, string | number | undefined>>, now: number): void {
    const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => {
      const value = headers[`x-ratelimit-${name}`];
      return value === undefined || !Number.isFinite(Number(value)) ? null : Number(value);
    });
    if (limit == null || remaining == null) return;
    const resetAt = reset == null ? null : reset * 1_000;
    this.#reads[resource].note({ limit, remaining, resetAt });
    if (remaining === 0 && resetAt !== null) this.#reads[resource].hold(resetAt - now);
  }

  /** No requests for so many milliseconds. */
  hold(resource: GithubResource, ms: number): void {
    this.#reads[resource].hold(ms);
  }

  /** The scarcer of the two allowances; `null` before GitHub has told either. */
  budget(): ApiBudget | null {
    const known = [this.#reads.core.budget(), this.#reads.graphql.budget()].filter((budget) => budget !== null);
    const share = ({ limit, remaining }: (typeof known)[number]): number => (remaining ?? 0) / (limit || 1);
    const [scarce] = known.sort((a, b) => share(a) - share(b));
    if (scarce === undefined) return null;
    const spent = known.reduce((sum, budget) => sum + budget.spent, 0);
    return { ...scarce, credential: this.#credential, spent };
  }
}
