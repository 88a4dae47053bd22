import { chmod, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MaestroError, messageOf, sqliteCode, systemCode, toMaestroError } from "../../base/errors.ts";
import { makeFolder } from "../../base/folder.ts";
import { loadSqlite, type SqliteDatabase } from "../../base/sqlite-module.ts";
import { numberIn } from "./map.ts";

const VERSION = 1;
/** How long a connection waits for another process's transaction, milliseconds. It blocks the process meanwhile; all of them are short. */
const BUSY_MS = 5_000;

const TABLES = `
create table if not exists meta (version integer not null);
create table if not exists accounts (
  kind text not null, id text not null, data text not null, leased_at integer, released_at integer, primary key (kind, id));
create table if not exists leases (work_id text primary key, kind text not null, id text not null, workflow_id text not null, data text not null);
create table if not exists pauses (account text primary key, at integer not null, data text not null);
create table if not exists usage (
  account text not null, day text not null, workflow_id text not null, tokens integer not null, nano_usd integer not null,
  sessions integer not null, primary key (account, day, workflow_id));
create table if not exists windows (account text not null, window text not null, data text not null, primary key (account, window));
`;

/** Opens or makes the file. Throws `accounts_newer`, `accounts_failed`, `disk_full`. */
export async function openTables(file: string): Promise<SqliteDatabase> {
  await makeFolder(dirname(file), 0o700);
  const Database = await loadSqlite();
  let database: SqliteDatabase | undefined;
  try {
    database = new Database(file, { timeout: BUSY_MS });
    database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
    // Before anything is in it that is nobody else's business.
    for (const name of [file, `${file}-wal`, `${file}-shm`]) await makePrivate(name);
    database.exec(`BEGIN IMMEDIATE; ${TABLES}`);
    const found = numberIn(database.prepare("select version from meta").get());
    if (found > VERSION) throw newer(file, found);
    if (found === 0) database.exec(`insert into meta (version) values (${VERSION})`);
    database.exec("COMMIT");
    return database;
  } catch (error) {
    database?.close();
    throw accountsError(error, file);
  }
}

async function makePrivate(file: string): Promise<void> {
  try {
    if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
  } catch (error) {
    // The files beside it come and go with their connections.
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

function newer(file: string, version: number): MaestroError {
  return new MaestroError({
    code: "accounts_newer",
    message: `${file} was written by a newer Maestro (version ${version} of the file; this one reads ${VERSION}).`,
    hint: "Use the newer Maestro.",
    facts: { file, version },
  });
}

/** What went wrong with the file, in our words. */
export function accountsError(error: unknown, file: string): MaestroError {
  const known = toMaestroError(error, "accounts_failed");
  if (known.code !== "accounts_failed" || known === error) return known;
  return new MaestroError({
    code: "accounts_failed",
    message: `${file}, which all services of this user share, cannot be used: ${messageOf(error)}`,
    hint: "Check that it can be read and written, and that there is space; `maestro accounts list` tries it.",
    facts: { file, sqlite: sqliteCode(error) ?? null },
    cause: error,
  });
}
