import type { Clock } from "../../base/clock.ts";
import { toMaestroError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { isAlive, processStartMarker } from "../../base/process-probe.ts";
import type { AccountPauses } from "../../contracts/account-pauses.ts";
import type { AccountLease, AccountPool } from "../../contracts/account-pool.ts";
import type { AccountPause, AccountStanding } from "../../model/account.ts";
import { dayOf } from "../../model/day.ts";
import { AccountBook } from "./book.ts";
import { standingOf } from "./standing.ts";

/** What a service shares the accounts with. */
export interface SharedAccountsOptions {
  /** Absolute path of the file that all services of this user share. */
  readonly file: string;
  readonly workflowId: string;
  /** Rest of accounts that say nothing of their own, milliseconds. Asked each time. */
  readonly cooldownMs: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** The accounts as one service sees them: what others of the same user commit is seen with the next question. */
export class SharedAccounts implements AccountPool, AccountPauses {
  readonly #options: SharedAccountsOptions;
  readonly #marker: string;
  /** For what a service tells of its own. */
  readonly book: AccountBook;
  #known: { readonly key: string; readonly standing: readonly AccountStanding[] } | null = null;
  #pauses: { readonly revision: string; readonly pauses: readonly AccountPause[] } | null = null;

  private constructor(options: SharedAccountsOptions, book: AccountBook, marker: string) {
    this.#options = options;
    this.book = book;
    this.#marker = marker;
  }

  /**
   * Opens or makes the file, and frees what an earlier service of this workflow had taken: whoever opens it for a workflow holds its instance lock.
   * Throws `accounts_newer`, `accounts_failed`, `disk_full`.
   */
  static async open(options: SharedAccountsOptions): Promise<SharedAccounts> {
    const marker = (await processStartMarker(process.pid)) ?? "";
    const book = await AccountBook.open(options.file, options.clock);
    const shared = new SharedAccounts(options, book, marker);
    for (const { workId, workflowId } of book.leases()) if (workflowId === options.workflowId) book.release(workId);
    await shared.prune();
    return shared;
  }

  standing(): readonly AccountStanding[] {
    const now = this.#options.clock.now();
    const rest = this.#options.cooldownMs();
    const key = [this.book.revision(), dayOf(now, "UTC"), rest].join(" ");
    // How long they rest is told by the clock, not by a commit.
    const isCurrent = this.#known?.key === key && this.#known.standing.every(({ coolsUntil }) => coolsUntil === null);
    if (!isCurrent) this.#known = { key, standing: standingOf(this.book, now, rest) };
    return this.#known?.standing ?? [];
  }

  lease({ limit, ...lease }: AccountLease): boolean {
    const { workflowId, clock } = this.#options;
    const holder = { workflowId, pid: process.pid, marker: this.#marker, takenAt: clock.now() };
    return this.book.lease({ ...lease, ...holder }, limit);
  }

  release(workId: string): void {
    this.book.release(workId);
  }

  async prune(): Promise<void> {
    try {
      await freeDead(this.book);
    } catch (error) {
      this.#options.log.warn("leases of accounts could not be looked through", { error: toMaestroError(error) });
    }
  }

  known(): readonly AccountPause[] {
    const revision = this.book.revision();
    if (this.#pauses?.revision !== revision) this.#pauses = { revision, pauses: this.book.pauses() };
    return this.#pauses.pauses;
  }

  async pause(pause: AccountPause): Promise<void> {
    this.book.pause(pause);
  }

  close(): void {
    this.book.close();
  }
}

/** Gives back what processes had taken that do not run any more; returns how many leases. May throw `accounts_failed`, `process_probe_failed`. */
export async function freeDead(book: AccountBook): Promise<number> {
  const alive = new Map<string, boolean>();
  let freed = 0;
  for (const { workId, pid, marker } of book.leases()) {
    const key = `${pid} ${marker}`;
    const lives = alive.get(key) ?? (await isAlive(pid, marker));
    alive.set(key, lives);
    if (!lives && book.release(workId)) freed += 1;
  }
  return freed;
}
