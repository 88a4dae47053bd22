import { isMaestroError, toMaestroError } from "../base/errors.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { ProblemDocument } from "../model/documents/api.ts";
import { ERRORS, type ErrorCode, isErrorCode } from "./errors.ts";

/** On every answer: what is shown is the present, and nobody may guess its type or put it into a frame. */
export const COMMON_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** More headers of an answer, in lower case. */
export type Extra = Readonly<Record<string, string>>;

const JSON_TYPE = "application/json; charset=utf-8";

/** A document. Registered secrets are masked. */
export function jsonReply(secrets: SecretRegistry, document: object, status = 200, extra: Extra = {}): Response {
  return textReply(secrets.redact(JSON.stringify(document)), JSON_TYPE, status, extra);
}

/** A text that holds no secret any more. */
export function textReply(text: string | null, type: string, status = 200, extra: Extra = {}): Response {
  return new Response(text, { status, headers: { ...COMMON_HEADERS, "content-type": type, ...extra } });
}

/** JSON that was made before. */
export function preparedReply(json: string, extra: Extra): Response {
  return textReply(json, JSON_TYPE, 200, extra);
}

/** Nothing to say. */
export function emptyReply(status: number, extra: Extra = {}): Response {
  return new Response(null, { status, headers: { ...COMMON_HEADERS, ...extra } });
}

/** An error as S-251 wants it. */
export function problemReply(
  code: string,
  status: number,
  message: string,
  more: { readonly at?: string; readonly hint?: string } = {},
  extra: Extra = {},
): Response {
  const document: ProblemDocument = { error: { code, message, ...more } };
  return textReply(JSON.stringify(document), JSON_TYPE, status, extra);
}

/** What a client is told of an error; `isOurs` when its cause has to be looked for in the log. */
export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly at?: string;
  readonly hint?: string;
  readonly isOurs: boolean;
}

/** Sorts anything thrown. Messages of what went wrong inside stay inside: they may name paths. */
export function problemOf(error: unknown): Problem {
  const { code, message, facts, hint } = toMaestroError(error);
  if (isMaestroError(error) && isErrorCode(code) && code !== "internal") {
    const at = typeof facts.at === "string" ? { at: facts.at } : {};
    return { ...told(code, false), message, ...at, ...(hint === undefined ? {} : { hint }) };
  }
  if (code === "deadline") return told("timeout", true);
  if (code === "record_closed" || code === "aborted") return told("unavailable", false);
  if (code.startsWith("forge_"))
    return { ...told("forge_failed", true), message: `The forge could not be asked (${code}).` };
  return { code, status: 500, message: ERRORS.internal.meaning, isOurs: true };
}

function told(code: ErrorCode, isOurs: boolean): Problem {
  return { code, status: ERRORS[code].status, message: ERRORS[code].meaning, isOurs };
}
