import { chmod, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MaestroError, systemCode, toMaestroError } from "../../base/errors.ts";
import { loadSqlite, type SqliteDatabase } from "../../base/sqlite-module.ts";
import { assertReadable, createTables } from "../sql/schema-steps.ts";
import type { Store } from "../sql/store.ts";
import { storeError } from "../store-error.ts";
import { SqliteStore } from "./sqlite-store.ts";

/** How long a connection waits for another process's transaction. It blocks the process meanwhile. */
const BUSY_MS = 5_000;
/** The write-ahead log shrinks to this after readers have held it up. */
const JOURNAL_BYTES = 64 * 1024 * 1024;

/** Opens or makes the database of a writer. A newer or damaged one is refused before anything is written to it. */
export async function openWriter(file: string): Promise<Store> {
  if (file !== ":memory:") {
    if (await exists(file)) await checkFile(file);
    else await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  }
  const store = prepareWriter(await connect(file, false), { file: file === ":memory:" ? null : file, owned: true });
  await makeTables(store);
  // Events may tell what an issue or a repository says, which is nobody else's business.
  if (file !== ":memory:") await chmod(file, 0o600);
  return store;
}

/** A writer on a connection that somebody else owns. */
export async function adoptWriter(database: SqliteDatabase): Promise<Store> {
  const store = prepareWriter(database, { file: null, owned: false });
  await makeTables(store);
  return store;
}

/** A connection that only reads. Throws `record_missing`. */
export async function openReader(file: string): Promise<Store> {
  if (!(await exists(file))) throw missing(file);
  const store = new SqliteStore(await connect(file, true), { file, owned: true });
  return checked(store);
}

/** A connection of another process, which may write into the inbox only. Throws `record_missing`. */
export async function openVisitor(file: string): Promise<Store> {
  if (!(await exists(file))) throw missing(file);
  return checked(new SqliteStore(await connect(file, false), { file, owned: true }));
}

async function checkFile(file: string): Promise<void> {
  const { size } = await stat(file);
  if (size === 0) return;
  const store = new SqliteStore(await connect(file, true), { file, owned: true });
  try {
    if (await hasTables(store)) await assertReadable(store);
  } finally {
    await store.close();
  }
}

async function checked(store: Store): Promise<Store> {
  try {
    await assertReadable(store);
    return store;
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

function prepareWriter(database: SqliteDatabase, options: { file: string | null; owned: boolean }): Store {
  try {
    database.exec(`PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=${JOURNAL_BYTES}; PRAGMA synchronous=NORMAL`);
    return new SqliteStore(database, options);
  } catch (error) {
    if (options.owned) database.close();
    throw storeError(error, options.file);
  }
}

async function makeTables(store: Store): Promise<void> {
  try {
    await store.begin("full");
    if (await hasTables(store)) await assertReadable(store);
    else await createTables(store);
    await store.commit();
  } catch (error) {
    await store.rollback();
    await store.close();
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
