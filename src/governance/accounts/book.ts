import type { Clock } from "../../base/clock.ts";
import { exists } from "../../base/presence.ts";
import type { SqliteDatabase, SqliteParameter } from "../../base/sqlite-module.ts";
import { type AccountPause, accountOf, RESUMED_BY_PERSON } from "../../model/account.ts";
import type { CapacityWindow } from "../../model/capacity.ts";
import type { AccountEntry, DayUse, HeardWindow, LeaseRow } from "./entry.ts";
import { entryOf, leaseOf, numberIn, pauseOf, useOf, windowOf } from "./map.ts";
import { accountsError, openTables } from "./tables.ts";

/** An account with when it was used last, epoch milliseconds. */
export type KnownAccount = ReturnType<typeof entryOf>;

/**
 * The accounts of this user with their leases, pauses, windows and daily usage, in one file that all services and commands share. Every method
 * sees what others have committed, at once, and may throw `accounts_failed`.
 */
export class AccountBook {
  readonly #database: SqliteDatabase;
  readonly #file: string;
  readonly #clock: Pick<Clock, "now">;
  #ownWrites = 0;

  private constructor(database: SqliteDatabase, file: string, clock: Pick<Clock, "now">) {
    this.#database = database;
    this.#file = file;
    this.#clock = clock;
  }

  /** Opens or makes the file. Throws `accounts_newer`, `accounts_failed`, `disk_full`. */
  static async open(file: string, clock: Pick<Clock, "now">): Promise<AccountBook> {
    return new AccountBook(await openTables(file), file, clock);
  }

  /** Opens the file to look at it: one that is not there stays so, and is as good as empty. Throws like `open`. */
  static async look(file: string, clock: Pick<Clock, "now">): Promise<AccountBook> {
    return AccountBook.open((await exists(file)) ? file : ":memory:", clock);
  }

  /** Changes whenever anybody, this process included, has written. */
  revision(): string {
    return `${this.#number("pragma data_version")}/${this.#ownWrites}`;
  }

  accounts(): readonly KnownAccount[] {
    return this.#all("select * from accounts order by kind, id").map(entryOf);
  }

  account(kind: string, id: string): KnownAccount | undefined {
    return this.#all("select * from accounts where kind = ? and id = ?", kind, id).map(entryOf)[0];
  }

  /** Adds an account, or replaces what is known of it. */
  put(entry: AccountEntry): void {
    this.#run(
      "insert into accounts (kind, id, data) values (?, ?, ?) on conflict do update set data = excluded.data",
      ...[entry.kind, entry.id, JSON.stringify(entry)],
    );
  }

  /** Notes that it was used, for what goes by least use. */
  touch(kind: string, id: string): void {
    this.#run("update accounts set leased_at = ? where kind = ? and id = ?", this.#clock.now(), kind, id);
  }

  /** Removes it with its leases, pauses and windows. What it has used stays. */
  remove(kind: string, id: string): void {
    this.#together(() => {
      this.#run("delete from accounts where kind = ? and id = ?", kind, id);
      this.#run("delete from leases where kind = ? and id = ?", kind, id);
      for (const table of ["pauses", "windows"])
        this.#run(`delete from ${table} where account = ?`, accountOf(kind, id));
    });
  }

  leases(): readonly LeaseRow[] {
    return this.#all("select data from leases order by kind, id, work_id").map(leaseOf);
  }

  /** Takes an account, or takes it over for the same work; `false` when it is gone, off, or used `limit` times. Of several askers one is first. */
  lease(row: LeaseRow, limit: number | null): boolean {
    return this.#together(() => {
      const account = this.account(row.kind, row.id);
      if (account?.enabled !== true) return false;
      const most = account.limit ?? limit;
      const others = this.#number(
        "select count(*) from leases where kind = ? and id = ? and work_id <> ?",
        ...[row.kind, row.id, row.workId],
      );
      if (most !== null && others >= most) return false;
      const { workId, kind, id, workflowId } = row;
      this.#run(
        "insert or replace into leases (work_id, kind, id, workflow_id, data) values (?, ?, ?, ?, ?)",
        ...[workId, kind, id, workflowId, JSON.stringify(row)],
      );
      this.#run("update accounts set leased_at = ? where kind = ? and id = ?", row.takenAt, kind, id);
      return true;
    });
  }

  /** Gives an account back; `false` when that work had none. */
  release(workId: string): boolean {
    // Most work has no account of its own, and is spared a transaction.
    if (this.#number("select count(*) from leases where work_id = ?", workId) === 0) return false;
    return this.#together(() => {
      const [lease] = this.#all("select data from leases where work_id = ?", workId).map(leaseOf);
      if (lease === undefined) return false;
      this.#run("delete from leases where work_id = ?", workId);
      const { kind, id } = lease;
      this.#run("update accounts set released_at = ? where kind = ? and id = ?", this.#clock.now(), kind, id);
      return true;
    });
  }

  /** The newest pause of each account, also one that has ended. */
  pauses(): readonly AccountPause[] {
    return this.#all("select data from pauses order by account").map(pauseOf);
  }

  /** Puts a pause into force, unless a newer word on the account is known. */
  pause(pause: AccountPause): void {
    this.#run(
      "insert into pauses (account, at, data) values (?, ?, ?) on conflict do update set at = excluded.at, data = excluded.data where excluded.at >= at",
      ...[pause.account, pause.at, JSON.stringify(pause)],
    );
  }

  /** Ends a pause; `false` when none is in force. */
  resume(account: string): boolean {
    const now = this.#clock.now();
    const pause = this.pauses().find((one) => one.account === account && one.until > now);
    if (pause === undefined) return false;
    const why = { code: RESUMED_BY_PERSON, sentence: "A person ended the pause." };
    this.pause({ ...pause, ...why, at: now, until: now, published: false, strikes: 0 });
    return true;
  }

  /** What all work together used on a day, by account. */
  used(day: string): ReadonlyMap<string, DayUse> {
    const rows = this.#all(
      "select account, sum(tokens) as tokens, sum(nano_usd) as nano_usd, sum(sessions) as sessions from usage where day = ? group by account",
      day,
    ).map(useOf);
    return new Map(rows.map(({ account, ...use }) => [account, use]));
  }

  /** What one workflow has used of an account on a day in all. */
  use(account: string, day: string, workflowId: string, { tokens, nanoUsd, sessions }: DayUse): void {
    this.#run(
      "insert or replace into usage (account, day, workflow_id, tokens, nano_usd, sessions) values (?, ?, ?, ?, ?, ?)",
      ...[account, day, workflowId, tokens, nanoUsd, sessions],
    );
  }

  windows(): readonly HeardWindow[] {
    return this.#all("select data from windows order by account, window").map(windowOf);
  }

  /** Keeps what a provider said of an account. */
  hear(account: string, windows: readonly CapacityWindow[]): void {
    const heardAt = this.#clock.now();
    this.#together(() => {
      for (const heard of windows) {
        const row: HeardWindow = { ...heard, account, heardAt };
        const text = JSON.stringify(row);
        this.#run(
          "insert or replace into windows (account, window, data) values (?, ?, ?)",
          account,
          heard.window,
          text,
        );
      }
    });
  }

  close(): void {
    this.#database.close();
  }

  /** One transaction that nobody else's comes between. */
  #together<T>(work: () => T): T {
    this.#guard(() => this.#database.exec("BEGIN IMMEDIATE"));
    try {
      const result = work();
      this.#guard(() => this.#database.exec("COMMIT"));
      return result;
    } catch (error) {
      this.#guard(() => this.#database.exec("ROLLBACK"));
      throw error;
    }
  }

  #run(sql: string, ...values: SqliteParameter[]): void {
    this.#ownWrites += 1;
    this.#guard(() => this.#database.prepare(sql).run(...values));
  }

  #all(sql: string, ...values: SqliteParameter[]): readonly unknown[] {
    return this.#guard(() => this.#database.prepare(sql).all(...values));
  }

  #number(sql: string, ...values: SqliteParameter[]): number {
    return numberIn(this.#guard(() => this.#database.prepare(sql).get(...values)));
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw accountsError(error, this.#file);
    }
  }
}
