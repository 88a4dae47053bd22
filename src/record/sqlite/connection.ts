import { chmod, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MaestroError, systemCode, toMaestroError } from "../../base/errors.ts";
import { loadSqlite, type SqliteDatabase } from "../../base/sqlite-module.ts";
import { liftTables } from "../sql/lift.ts";
import { assertReadable, createTables } from "../sql/schema-steps.ts";
import type { Store } from "../sql/store.ts";
import { storeError } from "../store-error.ts";
import { SqliteStore } from "./sqlite-store.ts";

/** How long a connection waits for another process's transaction. It blocks the process meanwhile. */
const BUSY_MS = 5_000;
/** The write-ahead log shrinks to this after readers have held it up. */
const JOURNAL_BYTES = 64 * 1024 * 1024;
/** Pages of the write-ahead log (16 MiB) that are put into the file at once: each page as it is at last, not each time it changed. */
const CHECKPOINT_PAGES = 4_000;

/** Opens or makes the database of a writer. A newer or damaged one is refused before anything is written to it. */
export async function openWriter(file: string): Promise<Store> {
  const isFile = file !== ":memory:";
  if (isFile && !(await exists(file))) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const database = await connect(file, false);
  const store = new SqliteStore(database, { file: isFile ? file : null, owned: true, folds: isFile });
  await closedOnFailure(store, async () => {
    if (await hasTables(store)) await assertReadable(store);
    prepareWriter(database, isFile ? file : null);
    await makeTables(store);
  });
  // Events may tell what an issue or a repository says, which is nobody else's business.
  if (isFile) await chmod(file, 0o600);
  return store;
}

/** A writer on a connection that somebody else owns. */
export async function adoptWriter(database: SqliteDatabase): Promise<Store> {
  prepareWriter(database, null);
  const store = new SqliteStore(database, { file: null, owned: false, folds: false });
  await closedOnFailure(store, () => makeTables(store));
  return store;
}

/** A connection that only reads. Throws `record_missing`. */
export async function openReader(file: string): Promise<Store> {
  return openExisting(file, true);
}

/** A connection of another process, which may write into the inbox only. Throws `record_missing`. */
export async function openVisitor(file: string): Promise<Store> {
  return openExisting(file, false);
}

/** A file without our tables is what a first start leaves that found no space for them: there is no record yet. */
async function openExisting(file: string, readOnly: boolean): Promise<Store> {
  if (!(await exists(file))) throw missing(file);
  const store = new SqliteStore(await connect(file, readOnly), { file, owned: true, folds: false });
  await closedOnFailure(store, async () => {
    if (!(await hasTables(store))) throw missing(file);
    await assertReadable(store);
  });
  return store;
}

async function closedOnFailure(store: Store, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function connect(file: string, readOnly: boolean): Promise<SqliteDatabase> {
  const Database = await loadSqlite();
  let database: SqliteDatabase | undefined;
  try {
    database = new Database(file, { readOnly });
    database.exec(`PRAGMA busy_timeout=${BUSY_MS}`);
    return database;
  } catch (error) {
    database?.close();
    throw storeError(error, file);
  }
}

function prepareWriter(database: SqliteDatabase, file: string | null): void {
  try {
    database.exec(
      `PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=${JOURNAL_BYTES}; PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES}; PRAGMA synchronous=NORMAL`,
    );
  } catch (error) {
    throw storeError(error, file);
  }
}

async function makeTables(store: Store): Promise<void> {
  try {
    await store.begin("full");
    if (await hasTables(store)) await liftTables(store);
    else await createTables(store);
    await store.commit();
  } catch (error) {
    await store.rollback();
    throw error;
  }
}

/** A database without `meta` that holds other tables is not ours: making ours fails then, or `meta` is damaged. */
async function hasTables(store: Store): Promise<boolean> {
  const rows = await store.run<{ name: string }>({
    sql: "select name from sqlite_master where type = 'table' limit 100",
    parameters: [],
  });
  if (rows.length > 0 && !rows.some(({ name }) => name === "meta")) {
    throw new MaestroError({
      code: "record_corrupt",
      message: "The file is a database, but not a record of Maestro.",
      hint: "Move it away to begin a new record.",
      facts: { tables: rows.map(({ name }) => name) },
    });
  }
  return rows.length > 0;
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw toMaestroError(error, "record_failed");
  }
}

function missing(file: string): MaestroError {
  return new MaestroError({
    code: "record_missing",
    message: `There is no record at ${file}.`,
    hint: "Start Maestro on this workflow once, or check the path.",
    facts: { file },
  });
}
