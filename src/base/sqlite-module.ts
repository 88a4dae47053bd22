import { MaestroError } from "./errors.ts";

/** What SQLite stores and returns. Integers come back as numbers unless `setReadBigInts(true)` was called. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/** A positional value, or (first) an object of named ones. */
export type SqliteParameter = SqliteValue | Readonly<Record<string, SqliteValue>>;

/** The part of a prepared statement that we use; equal in node:sqlite and @photostructure/sqlite. Methods throw on SQL errors. */
export interface SqliteStatement {
  run(...parameters: SqliteParameter[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  /** The first row, or undefined. */
  get(...parameters: SqliteParameter[]): unknown;
  all(...parameters: SqliteParameter[]): unknown[];
  iterate(...parameters: SqliteParameter[]): IterableIterator<unknown>;
  /** The result's columns; empty for a statement that returns no rows. */
  columns(): { name: string }[];
  setReadBigInts(enabled: boolean): void;
}

/** The part of a connection that we use. Synchronous; errors carry `errcode` (see `sqliteCode`). */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  /** Also ends an open transaction, undone. Throws when already closed. */
  close(): void;
}

/** How a connection is opened. */
export interface SqliteOptions {
  /** Default false. */
  readonly readOnly?: boolean;
  /** Milliseconds that a call blocks the process while another connection holds a lock. Default 0: it throws at once. */
  readonly timeout?: number;
}

/** `new Database(path, options?)`; opens or creates the file. `:memory:` is a private database. */
export type SqliteConstructor = new (path: string, options?: SqliteOptions) => SqliteDatabase;

/**
 * SQLite through the `node:sqlite` API: the built-in module where Node has it (22.13 and later), a package with the same API on
 * Node 20. Throws MaestroError `sqlite_unavailable` when neither can be loaded.
 */
export async function loadSqlite(): Promise<SqliteConstructor> {
  const module: unknown = builtinSqlite() ?? (await importPackage());
  if (isSqliteModule(module)) return module.DatabaseSync;
  throw unavailable(undefined);
}

async function importPackage(): Promise<unknown> {
  try {
    return await import("@photostructure/sqlite");
  } catch (error) {
    throw unavailable(error);
  }
}

/** Node 22 warns on the first load that its SQLite is experimental. Only that warning is dropped, and only during the load. */
function builtinSqlite(): unknown {
  const emit = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (rest[0] === "ExperimentalWarning" && String(warning).includes("SQLite")) return;
    Reflect.apply(emit, process, [warning, ...rest]);
  };
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emit;
  }
}

function isSqliteModule(module: unknown): module is { readonly DatabaseSync: SqliteConstructor } {
  if (typeof module !== "object" || module === null || !("DatabaseSync" in module)) return false;
  return typeof module.DatabaseSync === "function";
}

function unavailable(cause: unknown): MaestroError {
  return new MaestroError({
    code: "sqlite_unavailable",
    message: `This Node (${process.version}, ${process.platform}-${process.arch}) has no usable SQLite.`,
    hint: "Use Node 22.13 or later, or run `npm ci` again on this machine.",
    cause,
  });
}
