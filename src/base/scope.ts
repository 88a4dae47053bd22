import { withDeadline } from "./abort.ts";
import type { Clock } from "./clock.ts";
import { MaestroError, messageOf, toMaestroError } from "./errors.ts";

interface Entry {
  readonly name: string;
  release(): Promise<void>;
}

interface Failure {
  readonly name: string;
  readonly error: MaestroError;
}

const DEFAULT_GRACE_MS = 5000;

/** The owner of everything that was started: releases in reverse order, each in bounded time, whatever the others do. */
export class Scope {
  readonly name: string;
  readonly #clock: Clock;
  readonly #entries: Entry[] = [];
  readonly #late = new Set<Promise<void>>();
  readonly #failures: Failure[] = [];
  #closing: Promise<void> | undefined;
  #closed = false;

  constructor(clock: Clock, name: string) {
    this.#clock = clock;
    this.name = name;
  }

  /**
   * Registers a release. After `graceMs` milliseconds (default 5000) it counts as failed and the next one begins. On a scope that is closing it runs
   * at once and `close` waits for it; on a closed one it runs at once and its failure is a process warning. Never throws.
   */
  defer(name: string, release: () => void | Promise<void>, graceMs: number = DEFAULT_GRACE_MS): void {
    this.#add({ name, release: () => withDeadline(this.#clock, graceMs, undefined, async () => release()) });
  }

  /** `defer` for a resource; returns the resource. */
  use<T>(name: string, resource: T, release: (resource: T) => void | Promise<void>, graceMs?: number): T {
    this.defer(name, () => release(resource), graceMs);
    return resource;
  }

  /** A scope that is closed with this one, and may be closed before. Its releases are bounded one by one, not together. */
  child(name: string): Scope {
    const child = new Scope(this.#clock, `${this.name}/${name}`);
    const entry: Entry = { name, release: () => child.close() };
    // A child that was closed early must not stay here for the rest of the parent's life.
    child.#forget = () => {
      const at = this.#entries.indexOf(entry);
      if (at >= 0) this.#entries.splice(at, 1);
    };
    this.#add(entry);
    return child;
  }

  /**
   * Releases everything, last first. Every call returns the same promise. Rejects, after all releases have run, with MaestroError
   * `release_failed`: cause is the first failure, facts {scope, failures: [{name, code, message}]}.
   */
  close(): Promise<void> {
    this.#closing ??= this.#releaseAll();
    return this.#closing;
  }

  #forget: () => void = () => undefined;

  #add(entry: Entry): void {
    if (this.#closing === undefined) {
      this.#entries.push(entry);
      return;
    }
    const late = this.#release(entry).finally(() => this.#late.delete(late));
    this.#late.add(late);
  }

  async #release(entry: Entry): Promise<void> {
    try {
      await entry.release();
    } catch (error) {
      if (this.#closed) process.emitWarning(`Releasing ${entry.name} of ${this.name} failed: ${messageOf(error)}`);
      else this.#failures.push({ name: entry.name, error: toMaestroError(error) });
    }
  }

  async #releaseAll(): Promise<void> {
    // The caller's `#closing` is set only after this function's first await, and a release may call `defer` or `close` at once.
    await Promise.resolve();
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) await this.#release(entry);
    while (this.#late.size > 0) await Promise.all(this.#late);
    this.#closed = true;
    this.#forget();
    const [first] = this.#failures;
    if (first !== undefined) throw this.#failure(first);
  }

  #failure(first: Failure): MaestroError {
    const failures = this.#failures.map(({ name, error }) => ({ name, code: error.code, message: error.message }));
    const names = failures.map((failure) => failure.name).join(", ");
    return new MaestroError({
      code: "release_failed",
      message: `${this.name} could not release ${names}: ${first.error.message}`,
      facts: { scope: this.name, failures },
      cause: first.error,
    });
  }
}
