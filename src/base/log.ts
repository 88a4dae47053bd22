import { errorDocument } from "./errors.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { LOG_LEVELS, type LogLevel } from "./log-level.ts";
import { LINE_KEYS } from "./log-line.ts";

export { LOG_LEVELS, type LogLevel };

/**
 * What a line is about, in snake_case: `issue_id`, `issue_identifier`, `lane_id`, `run`, `session_id`, `error` … Undefined members are left out, an
 * Error becomes its document with its stack and its causes. `level`, `time` and `message` are taken and get a trailing `_`.
 */
export type LogFields = { readonly [key: string]: JsonValue | Error | undefined };

/** Where the product says what it does. Messages are fixed sentences, everything that varies is a field. Never throws. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds these fields to every line. */
  child(fields: LogFields): Log;
}

/** Takes a line: its fields are plain. */
export type LogWrite = (level: LogLevel, message: string, fields: JsonObject) => void;

/** A log that writes through these; `child` gets what is bound. */
export function logOf(write: LogWrite, child: (fields: JsonObject) => Log): Log {
  return {
    debug: (message, fields) => write("debug", message, plainFields(fields)),
    info: (message, fields) => write("info", message, plainFields(fields)),
    warn: (message, fields) => write("warn", message, plainFields(fields)),
    error: (message, fields) => write("error", message, plainFields(fields)),
    child: (fields) => child(plainFields(fields)),
  };
}

/** A log that says nothing. */
export const silentLog: Log = logOf(
  () => undefined,
  () => silentLog,
);

/** One line that a `memoryLog` keeps. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  /** With those of the parents. */
  readonly fields: JsonObject;
}

/** A log that keeps its lines, for tests. Children write into the same list. */
export function memoryLog(): Log & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = [];
  const withFields = (above: JsonObject): Log =>
    logOf(
      (level, message, fields) => entries.push({ level, message, fields: { ...above, ...fields } }),
      (fields) => withFields({ ...above, ...fields }),
    );
  return { ...withFields({}), entries };
}

function plainFields(fields: LogFields = {}): JsonObject {
  const plain: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    plain[LINE_KEYS.includes(key) ? `${key}_` : key] = value instanceof Error ? errorField(value) : value;
  }
  return plain;
}

/** Deeper causes say nothing more, or go in circles. */
const MOST_CAUSES = 5;

function errorField(error: Error, depth = 0): JsonObject {
  const { cause, stack } = error;
  return {
    ...errorDocument(error),
    ...(stack === undefined ? {} : { stack }),
    ...(cause instanceof Error && depth < MOST_CAUSES ? { cause: errorField(cause, depth + 1) } : {}),
    ...(typeof cause === "string" ? { cause } : {}),
  };
}
