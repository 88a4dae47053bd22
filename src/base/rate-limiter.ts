import type { Clock } from "./clock.ts";
import { MaestroError } from "./errors.ts";
import { shortHash } from "./ids.ts";
import { KeyedMutex, Semaphore } from "./mutex.ts";

/** How fast one credential may ask, whatever is left of its allowance. */
export interface RequestPace {
  /** Requests under way at once. */
  readonly atOnce: number;
  /** Milliseconds between the beginnings of two requests, on average. Default 0. */
  readonly gapMs?: number;
  /** Requests that may begin without a gap after a rest of as many gaps. Default 1. */
  readonly burst?: number;
}

/** What a service said about the allowance with an answer; `null`: it did not say. */
export interface Allowance {
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Epoch milliseconds. */
  readonly resetAt: number | null;
}

/** A wait that is shorter is waited for here, milliseconds: well below the 30 s that callers give a call. A longer one is the caller's. */
const PATIENCE_MS = 5_000;

/**
 * What all clients of one credential share, so that they spend one allowance: how many requests are under way, how long the service wants
 * none, what is left. It asks nothing itself.
 */
export class RateLimiter {
  /** Work on one subject at a time among all clients of the credential, for services without a compare and set of their own. */
  readonly turns = new KeyedMutex();
  readonly #clock: Clock;
  readonly #credential: string;
  readonly #slots: Semaphore;
  readonly #gapMs: number;
  readonly #burst: number;
  #allowance: Allowance = { limit: null, remaining: null, resetAt: null };
  #told = false;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #nextAt = Number.NEGATIVE_INFINITY;
  #spent = 0;

  /** `credential` is a name that may be shown, never the secret. */
  constructor(clock: Clock, credential: string, pace: RequestPace) {
    this.#clock = clock;
    this.#credential = credential;
    this.#slots = new Semaphore(pace.atOnce);
    this.#gapMs = pace.gapMs ?? 0;
    this.#burst = pace.burst ?? 1;
  }

  /**
   * Makes one request when it is its turn. Throws `aborted`, what `work` throws, and `rate_limited` (retryable, with `retryAfterMs`)
   * without asking while the service wants no requests for longer than 5 s.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#slots.run(async () => {
      await this.#waitForTurn(signal);
      this.#spent += 1;
      return work();
    }, signal);
  }

  /** Keeps what an answer said. Of parallel answers the last one counts. */
  note(allowance: Allowance): void {
    this.#allowance = allowance;
    this.#told = true;
  }

  /** No requests for so many milliseconds: the service refused one, or said that nothing is left. A longer hold stays. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + ms);
  }

  /** What is left, in the form of the contracts' `ApiBudget`; `null` before the service has said it. */
  budget(): (Allowance & { readonly credential: string; readonly spent: number }) | null {
    return this.#told ? { credential: this.#credential, ...this.#allowance, spent: this.#spent } : null;
  }

  async #waitForTurn(signal: AbortSignal): Promise<void> {
    for (let left = this.#heldUntil - this.#clock.now(); left > 0; left = this.#heldUntil - this.#clock.now()) {
      if (left > PATIENCE_MS) throw heldError(left);
      await this.#clock.sleep(left, signal);
    }
    if (this.#gapMs === 0) return;
    const now = this.#clock.monotonic();
    const due = Math.max(now, this.#nextAt);
    const at = Math.max(now, due - (this.#burst - 1) * this.#gapMs);
    this.#nextAt = due + this.#gapMs;
    if (at > now) await this.#clock.sleep(at - now, signal);
  }
}

/** The limiters of a process, one per service and credential. */
export class RateLimiters {
  readonly #clock: Clock;
  readonly #known = new Map<string, RateLimiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The limiter of a credential; whoever asks first sets its pace. Only a hash of the credential is kept. */
  of(service: string, credential: string, pace: RequestPace): RateLimiter {
    const name = shortHash(`${service}\n${credential}`);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const limiter = new RateLimiter(this.#clock, name, pace);
    this.#known.set(name, limiter);
    return limiter;
  }
}

/** The milliseconds that a `Retry-After` asks for, as seconds or as an HTTP date; `undefined` when it says nothing usable. */
export function readRetryAfter(value: string | null | undefined, now: number): number | undefined {
  if (value == null || value.trim() === "") return undefined;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1_000;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function heldError(left: number): MaestroError {
  const seconds = Math.ceil(left / 1_000);
  return new MaestroError({
    code: "rate_limited",
    message: `The service wants no requests for another ${seconds} s.`,
    retryable: true,
    retryAfterMs: left,
  });
}
