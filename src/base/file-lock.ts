import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { readTextIfExists, writeFileAtomic } from "./atomic-file.ts";
import { type Clock, systemClock } from "./clock.ts";
import { MaestroError, messageOf, sqliteCode, toMaestroError } from "./errors.ts";
import { makeFolder } from "./folder.ts";
import { isJsonObject, type JsonValue, parseJson } from "./json.ts";
import { loadSqlite, type SqliteDatabase } from "./sqlite-module.ts";

// The lock is an exclusive transaction on an SQLite file: the system frees it when the process dies, however it dies.
// The lock file must never be opened by other means in a process that holds it (closing any descriptor of a file drops the
// process's POSIX locks on it) and never be deleted (two processes would lock two files). Hence the owner's side file.

/** Who holds a lock. Only a description: the lock itself decides. */
export interface FileLockOwner {
  readonly pid: number;
  /** Epoch milliseconds at which the lock was taken. */
  readonly startedAt: number;
  /** What the owner is, for people. */
  readonly note: string;
}

/** A held lock. */
export interface FileLock {
  readonly owner: FileLockOwner;
  /** Gives the lock back; the second call does nothing. Also happens when the process ends. */
  release(): Promise<void>;
}

/** How long and by which clock `withFileLock` waits. */
export interface FileLockWait {
  readonly clock: Clock;
  /** Milliseconds until MaestroError `lock_timeout`. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a short critical section that no other process (and nobody else in this one) runs for the same `path`. `path` is what is protected; the lock
 * lies beside it as `<path>.lock`. Rejects with MaestroError `lock_timeout` (retryable), `lock_unavailable`, `aborted`, or the work's own
 * error. Not re-entrant.
 */
export async function withFileLock<T>(path: string, wait: FileLockWait, work: () => Promise<T>): Promise<T> {
  const database = await lockInTime(path, wait);
  try {
    return await work();
  } finally {
    database.close();
  }
}

/**
 * Tries once to take the lock on `path` for as long as this process wants it; undefined when someone holds it (ask
 * `readFileLockOwner`). Rejects with MaestroError `lock_unavailable` when the file cannot be opened, `disk_full` when there is no space for it.
 */
export async function holdFileLock(
  path: string,
  options: { readonly note?: string; readonly clock?: Clock } = {},
): Promise<FileLock | undefined> {
  const database = await tryLock(path);
  if (database === undefined) return undefined;
  const clock = options.clock ?? systemClock();
  const owner: FileLockOwner = { pid: process.pid, startedAt: clock.now(), note: options.note ?? "" };
  try {
    await writeFileAtomic(ownerFile(path), `${JSON.stringify({ version: 1, ...owner })}\n`, {
      mode: 0o600,
      fsync: false,
    });
  } catch (error) {
    database.close();
    throw error;
  }
  let released: Promise<void> | undefined;
  return { owner, release: () => (released ??= release(path, database)) };
}

/**
 * Who says to hold the lock on `path`; undefined when nobody left word. It may be a process that died: only an attempt to lock tells.
 * Throws what reading a file throws; a text that is no owner counts as none.
 */
export async function readFileLockOwner(path: string): Promise<FileLockOwner | undefined> {
  const text = await readTextIfExists(ownerFile(path));
  const value = text === undefined ? undefined : parseOwner(text);
  if (!isJsonObject(value)) return undefined;
  const { pid, startedAt, note } = value;
  if (typeof pid !== "number" || typeof startedAt !== "number" || typeof note !== "string") return undefined;
  return { pid, startedAt, note };
}

function parseOwner(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    // Somebody else wrote into the side file. It only describes the owner, so that is no reason to fail.
    return undefined;
  }
}

async function release(path: string, database: SqliteDatabase): Promise<void> {
  try {
    // Before the lock goes, or the next owner's word would be removed.
    await rm(ownerFile(path), { force: true });
  } finally {
    database.close();
  }
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

async function lockInTime(path: string, { clock, waitMs, signal }: FileLockWait): Promise<SqliteDatabase> {
  const end = clock.monotonic() + waitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const database = await tryLock(path);
    if (database !== undefined) return database;
    const left = end - clock.monotonic();
    if (left <= 0) throw await timeout(path, waitMs);
    await clock.sleep(Math.min(pause, left), signal);
  }
}

async function timeout(path: string, waitMs: number): Promise<MaestroError> {
  const owner = await readFileLockOwner(path);
  const by = owner === undefined ? "another process" : `process ${owner.pid}`;
  return new MaestroError({
    code: "lock_timeout",
    message: `${path} is still locked by ${by} after ${waitMs} ms.`,
    retryable: true,
    facts: { path, wait_ms: waitMs, ...(owner === undefined ? {} : { owner: { ...owner } }) },
  });
}

const SQLITE_BUSY = 5;

async function tryLock(path: string): Promise<SqliteDatabase | undefined> {
  const Database = await loadSqlite();
  let database: SqliteDatabase | undefined;
  try {
    await makeFolder(dirname(path));
    database = new Database(lockFile(path));
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (sqliteCode(error) === SQLITE_BUSY) return undefined;
    const { code, message, facts } = toMaestroError(error);
    if (code === "disk_full") throw toMaestroError(error);
    throw new MaestroError({
      code: "lock_unavailable",
      message: `${lockFile(path)} cannot be used as a lock: ${message || messageOf(error)}`,
      hint: "Check that the folder exists, is writable and lies on a local file system.",
      facts: { ...facts, path: lockFile(path) },
      cause: error,
    });
  }
}

function lockFile(path: string): string {
  return path.endsWith(".lock") ? path : `${path}.lock`;
}

function ownerFile(path: string): string {
  return `${lockFile(path)}.owner`;
}
