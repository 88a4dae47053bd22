import type { Logger } from "pino";
import { type Clock, systemClock } from "./clock.ts";
import { errorDocument } from "./errors.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { LINE_KEYS, renderLine } from "./log-line.ts";
import { type LogDestination, openSink } from "./log-sink.ts";
import type { SecretRegistry } from "./redact.ts";

/** How important a line is. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * What a line is about, in snake_case: `issue_id`, `issue_identifier`, `lane_id`, `run`, `session_id`, `error` … Undefined members are left out, an
 * Error becomes its document with its stack. `level`, `time` and `message` are taken and get a trailing `_`.
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

/** How `pinoLog` is set up. */
export interface PinoLogOptions {
  /** The least important level that is written. */
  readonly level: LogLevel;
  readonly destination: LogDestination;
  /** Masked in every line; later registrations count. */
  readonly secrets: SecretRegistry;
  /** One readable `key=value` line instead of JSON, for terminals. Default false. */
  readonly pretty?: boolean | undefined;
  /** Gives the time of the lines. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The log of a running program: JSON lines (or readable ones) into a file or stream. Loads pino on the first call. */
export async function pinoLog(options: PinoLogOptions): Promise<Log> {
  const { pino } = await import("pino");
  const clock = options.clock ?? systemClock();
  const sink = await openSink(options.destination);
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    },
    {
      write: (json: string) => {
        const line = options.secrets.redact(json.trimEnd());
        sink(`${options.pretty ? renderLine(line) : line}\n`);
      },
    },
  );
  return fromPino(logger);
}

function fromPino(logger: Logger): Log {
  return fromWrite(
    (level, message, fields) => logger[level](fields, message),
    (fields) => fromPino(logger.child(fields)),
  );
}

type Write = (level: LogLevel, message: string, fields: JsonObject) => void;

function fromWrite(write: Write, child: (fields: JsonObject) => Log): Log {
  return {
    debug: (message, fields) => write("debug", message, plainFields(fields)),
    info: (message, fields) => write("info", message, plainFields(fields)),
    warn: (message, fields) => write("warn", message, plainFields(fields)),
    error: (message, fields) => write("error", message, plainFields(fields)),
    child: (fields) => child(plainFields(fields)),
  };
}

/** A log that says nothing. */
export const silentLog: Log = fromWrite(
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
    fromWrite(
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

function errorField(error: Error): JsonObject {
  return { ...errorDocument(error), ...(error.stack === undefined ? {} : { stack: error.stack }) };
}
