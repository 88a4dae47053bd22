import type { MaestroError } from "../../base/errors.ts";
import { Mutex } from "../../base/mutex.ts";
import type { SqliteDatabase, SqliteStatement } from "../../base/sqlite-module.ts";
import { closedError, never, storeError } from "../store-error.ts";
import { parametersOf, rowsOf } from "../sql/map.ts";
import { type Builder, buildFor, type Statement, type Store, type TransactionMode } from "../sql/store.ts";

/** Compiled once for all stores, so that prepared queries are shared. */
const builder = buildFor("sqlite");

/** Statements that are kept prepared. More than this are in use only by unusual event queries. */
const MAX_PREPARED = 200;

/** Statements whose rows are wanted. Node has `columns()` only from 22.16 on. */
const GIVES_ROWS = /^(?:select|pragma)\b|\breturning\b/i;

/** Options of `SqliteStore`. */
export interface SqliteStoreOptions {
  /** For messages; `null` when the database is not ours or in memory. */
  readonly file: string | null;
  /** Whether `close` and `abandon` close the connection. */
  readonly owned: boolean;
  /** Whether `close` puts the write-ahead log into the file, so that the file is all there is. For the writer of a file. */
  readonly folds: boolean;
}

/** A store on a `node:sqlite` connection. Every statement runs at once; promises only satisfy the interface. */
export class SqliteStore implements Store {
  readonly build: Builder = builder;
  readonly #database: SqliteDatabase;
  readonly #options: SqliteStoreOptions;
  readonly #mutex = new Mutex();
  readonly #prepared = new Map<string, SqliteStatement>();
  #state: "open" | "closed" | "dead" = "open";
  #inTransaction = false;
  #failure: MaestroError | undefined;
  #mode: TransactionMode = "read";
  #dataVersion: number | undefined;

  constructor(database: SqliteDatabase, options: SqliteStoreOptions) {
    this.#database = database;
    this.#options = options;
  }

  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(() => (this.#state === "dead" ? never<T>() : work()));
  }

  run<Row>(statement: Statement<Row>): Promise<readonly Row[]> {
    return this.#guard(() => rowsOf<Row>(this.#execute(statement)));
  }

  runAll(statements: readonly Statement<unknown>[]): Promise<void> {
    return this.#guard(() => {
      for (const statement of statements) this.#execute(statement);
    });
  }

  begin(mode: TransactionMode): Promise<{ readonly changed: boolean }> {
    return this.#guard(() => {
      // SQLite refuses to change this inside a transaction.
      if (mode !== "read" && mode !== this.#mode) {
        this.#database.exec(`PRAGMA synchronous=${mode.toUpperCase()}`);
        this.#mode = mode;
      }
      this.#database.exec(mode === "read" ? "BEGIN" : "BEGIN IMMEDIATE");
      this.#inTransaction = true;
      return { changed: mode !== "read" && this.#readDataVersion() };
    });
  }

  commit(): Promise<void> {
    return this.#guard(() => {
      this.#database.exec("COMMIT");
      this.#inTransaction = false;
    });
  }

  rollback(): Promise<void> {
    if (this.#state === "dead") return never();
    this.#undoAll();
    return Promise.resolve();
  }

  savepoint(): Promise<void> {
    return this.#guard(() => this.#database.exec("SAVEPOINT part"));
  }

  release(): Promise<void> {
    return this.#guard(() => this.#database.exec("RELEASE part"));
  }

  undo(): Promise<void> {
    return this.#guard(() => this.#database.exec("ROLLBACK TO part; RELEASE part"));
  }

  abandon(): void {
    if (this.#state !== "open") return;
    this.#undoAll();
    this.#end("dead");
  }

  async close(): Promise<void> {
    if (this.#state !== "open") return;
    if (this.#options.folds) this.#fold();
    this.#end("closed");
  }

  /**
   * By the journal mode of a file at rest, so that readers put no log beside it either: closing alone removes the log only when no
   * statement is prepared any more, and the package for Node 20 cannot end one.
   */
  #fold(): void {
    this.#undoAll();
    try {
      this.#database.exec("PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE");
    } catch {
      // Somebody still reads, or the disk is full: what is in the log stays there and counts as before.
    }
  }

  #end(state: "closed" | "dead"): void {
    this.#state = state;
    this.#prepared.clear();
    if (this.#options.owned) this.#database.close();
  }

  #undoAll(): void {
    this.#failure = undefined;
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has undone the transaction itself, as it does when the disk is full.
    }
  }

  #execute({ sql, parameters }: Statement<unknown>): readonly unknown[] {
    const statement = this.#prepare(sql);
    if (GIVES_ROWS.test(sql)) return statement.all(...parametersOf(parameters));
    // Not `all` as well: in the package for Node 20 its errors have no code.
    statement.run(...parametersOf(parameters));
    return [];
  }

  #prepare(sql: string): SqliteStatement {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear();
    this.#prepared.set(sql, statement);
    return statement;
  }

  /** SQLite's own count of commits by other connections. */
  #readDataVersion(): boolean {
    const [row] = rowsOf<{ data_version: number }>(this.#execute({ sql: "PRAGMA data_version", parameters: [] }));
    const changed = row?.data_version !== this.#dataVersion;
    this.#dataVersion = row?.data_version;
    return changed;
  }

  #guard<T>(work: () => T): Promise<T> {
    if (this.#state === "dead") return never<T>();
    if (this.#state === "closed") return Promise.reject(closedError());
    // Some failures make SQLite undo the transaction by itself: what followed would be written outside of it.
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    try {
      return Promise.resolve(work());
    } catch (error) {
      const failure = storeError(error, this.#options.file);
      if (this.#inTransaction) this.#failure ??= failure;
      return Promise.reject(failure);
    }
  }
}
