import type { JsonValue } from "./json-value.ts";

/** What a MaestroError is made of. Only `code` and `message` are required. */
export interface MaestroErrorInit {
  /** Stable snake_case name that programs and tests compare; never reworded. */
  readonly code: string;
  /** One sentence for a person. Values that vary also stand in `facts`. */
  readonly message: string;
  /** Whether the same call may succeed later without anybody changing anything. Default false. */
  readonly retryable?: boolean | undefined;
  /** Milliseconds before a retry makes sense, when the other side said so. */
  readonly retryAfterMs?: number | undefined;
  /** The next thing a person can do, usually a command. */
  readonly hint?: string | undefined;
  /** Machine-readable details; they must hold no secret. Default {}. */
  readonly facts?: Readonly<Record<string, JsonValue>> | undefined;
  /** The error underneath. Never part of `errorDocument`. */
  readonly cause?: unknown;
}

/** The one error type that Maestro throws on purpose. */
export class MaestroError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly hint?: string | undefined;
  readonly facts: Readonly<Record<string, JsonValue>>;

  constructor(init: MaestroErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = "MaestroError";
    this.code = init.code;
    this.retryable = init.retryable ?? false;
    this.retryAfterMs = init.retryAfterMs;
    this.hint = init.hint;
    this.facts = init.facts ?? {};
  }
}

/** Whether `error` was thrown by Maestro on purpose, with a code that callers may decide on. */
export function isMaestroError(error: unknown): error is MaestroError {
  return error instanceof MaestroError;
}

/**
 * Turns anything that was thrown into a MaestroError; one that already is comes back unchanged. A full disk, however deep in
 * the chain of causes, becomes `disk_full`, a platform AbortError becomes `aborted`, everything else gets `fallbackCode`.
 */
export function toMaestroError(error: unknown, fallbackCode = "internal"): MaestroError {
  if (isMaestroError(error)) return error;
  const facts = systemFacts(error);
  if (isDiskFull(error)) {
    return new MaestroError({
      code: "disk_full",
      message: "There is no space left to write to.",
      hint: "Free space (or raise the quota) on the volume that holds the data, then try again; `maestro doctor` shows where it lies.",
      facts,
      cause: error,
    });
  }
  if (error instanceof Error && error.name === "AbortError") {
    return new MaestroError({ code: "aborted", message: error.message, facts, cause: error });
  }
  return new MaestroError({ code: fallbackCode, message: messageOf(error), facts, cause: error });
}

/** The part of an error that may leave the process: status, HTTP, JSON output of the CLI. */
export type ErrorDocument = {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly retryable: boolean;
  readonly facts: Readonly<Record<string, JsonValue>>;
};

/** Renders anything thrown as a document, without stack and cause. It is not redacted yet: sinks do that. */
export function errorDocument(error: unknown): ErrorDocument {
  const { code, message, hint, retryable, facts } = toMaestroError(error);
  return { code, message, ...(hint === undefined ? {} : { hint }), retryable, facts };
}

/** The error with which every wait rejects when its signal was aborted: code `aborted`, facts {reason}. */
export function abortedError(signal: AbortSignal): MaestroError {
  const reason = reasonText(signal.reason);
  return new MaestroError({ code: "aborted", message: `Stopped: ${reason}`, facts: { reason }, cause: signal.reason });
}

/** An abort reason in words; the platform's default reason is just "aborted". */
export function reasonText(reason: unknown): string {
  if (reason === undefined) return "aborted";
  if (reason instanceof Error && reason.name === "AbortError") return "aborted";
  return messageOf(reason);
}

/** The message of anything thrown, never empty. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === "string" && error !== "") return error;
  return `a value of type ${error === null ? "null" : typeof error} was thrown`;
}

/** The string `code` of a system error (`ENOENT`, `ERR_SQLITE_ERROR`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** SQLite's primary result code (5 busy, 13 full, 14 cannot open), or undefined when this is no SQLite error. */
export function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return undefined;
  // Extended codes carry the primary one in the low byte.
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

const FULL_CODES = new Set(["ENOSPC", "EFBIG", "EDQUOT"]);
const SQLITE_FULL = 13;
const MAX_CAUSES = 8;

function isDiskFull(error: unknown, depth = 0): boolean {
  if (depth > MAX_CAUSES) return false;
  const code = systemCode(error);
  if (code !== undefined && FULL_CODES.has(code)) return true;
  if (sqliteCode(error) === SQLITE_FULL) return true;
  return error instanceof Error && error.cause !== undefined && isDiskFull(error.cause, depth + 1);
}

function systemFacts(error: unknown): Record<string, JsonValue> {
  const facts: Record<string, JsonValue> = {};
  if (typeof error !== "object" || error === null) return facts;
  if ("code" in error && typeof error.code === "string") facts.system_code = error.code;
  if ("errcode" in error && typeof error.errcode === "number") facts.sqlite_code = error.errcode;
  if ("syscall" in error && typeof error.syscall === "string") facts.syscall = error.syscall;
  if ("path" in error && typeof error.path === "string") facts.path = error.path;
  return facts;
}
