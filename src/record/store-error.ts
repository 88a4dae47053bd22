import { isMaestroError, MaestroError, sqliteCode, toMaestroError } from "../base/errors.ts";

const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
/** SQLite's own words, for errors of `all` in the package for Node 20, which have no code. */
const MESSAGES: readonly (readonly [string, number])[] = [
  ["database is locked", BUSY],
  ["database disk image is malformed", CORRUPT],
  ["database or disk is full", FULL],
  ["file is not a database", NOT_A_DATABASE],
];
/** SQLITE_IOERR_WRITE and SQLITE_IOERR_SHMSIZE: a quota or file size limit ends like this, not as SQLITE_FULL. */
const WRITE_FAILURES = [778, 4874];

/** What went wrong with the database, as an error of the contract: `disk_full`, `record_corrupt` or `record_failed`. */
export function storeError(error: unknown, file: string | null): MaestroError {
  if (isMaestroError(error)) return error;
  const known = toMaestroError(error, "record_failed");
  const facts = { ...known.facts, ...(file === null ? {} : { file }) };
  const code = sqliteCode(error) ?? codeByMessage(known.message);
  if (known.code === "disk_full" || code === FULL || isWriteFailure(error)) {
    return new MaestroError({
      code: "disk_full",
      message: "The record cannot be written: the disk is full, or a quota or file size limit is reached.",
      retryable: true,
      hint: "Free space (or raise the limit) on the volume that holds the record. Nothing was half-written.",
      facts,
      cause: error,
    });
  }
  if (code === CORRUPT || code === NOT_A_DATABASE) {
    return new MaestroError({
      code: "record_corrupt",
      message: `The record${file === null ? "" : ` ${file}`} is damaged: ${known.message}`,
      hint: "Restore a copy of record.db (with its -wal file), or move it away to begin a new record.",
      facts,
      cause: error,
    });
  }
  return new MaestroError({
    code: "record_failed",
    message: `The record could not be used: ${known.message}`,
    retryable: code === BUSY,
    hint:
      code === BUSY
        ? "Another process holds the record; end it or try again."
        : "Check that the folder of record.db exists, is writable and lies on a local disk.",
    facts,
    cause: error,
  });
}

function codeByMessage(message: string): number | undefined {
  return MESSAGES.find(([words]) => message.includes(words))?.[1];
}

function isWriteFailure(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return false;
  return typeof error.errcode === "number" && WRITE_FAILURES.includes(error.errcode);
}

/** Error of a row that cannot be what we wrote. */
export function corruptRow(table: string, key: string, detail: string): MaestroError {
  return new MaestroError({
    code: "record_corrupt",
    message: `The record holds a damaged row: ${table} ${key}: ${detail}`,
    hint: "`maestro record verify` lists all differences; restore a copy of record.db, or move it away to begin a new record.",
    facts: { table, key },
  });
}

/** Error of everything that is asked of a closed record. */
export function closedError(): MaestroError {
  return new MaestroError({ code: "record_closed", message: "The record was closed." });
}

/** What a killed process gets: no answer. */
export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
