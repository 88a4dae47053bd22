import { isMaestroError, MaestroError, messageOf } from "../base/errors.ts";
import { readRetryAfter } from "../base/rate-limiter.ts";
import type { GithubAxis } from "./access.ts";
import type { GraphqlAnswer } from "./schema.ts";
import { validateRefusal } from "./schema.gen.ts";

/** What was asked, for errors: the route or document, and whether it may have changed something. */
export interface GithubQuestion {
  readonly axis: GithubAxis;
  readonly name: string;
  readonly isWrite: boolean;
}

/** An answer that is no success. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

/** One error of an answer to a GraphQL document. */
export type GraphqlError = NonNullable<GraphqlAnswer["errors"]>[number];

/** Longest text of GitHub's that is repeated, characters. */
const LONGEST_WORDS = 500;
/** What GitHub asks for when it refuses for its secondary limits without saying for how long (its documents). */
const UNTOLD_WAIT_MS = 60_000;

/** The error of a request that got no answer. What it asked for may have happened. */
export function unanswered({ axis, name }: GithubQuestion, error: unknown): MaestroError {
  if (isMaestroError(error)) return error.code === "rate_limited" ? ofAxis(axis, error) : error;
  return new MaestroError({
    code: `${axis}_request`,
    message: `GitHub gave no answer to ${name}: ${cut(messageOf(error))}.`,
    retryable: true,
    hint: "Check the network and the address of the API; it is tried again.",
    facts: { call: name },
  });
}

/** The error of an answer that cannot be read. */
export function unreadable({ axis, name }: GithubQuestion): MaestroError {
  return new MaestroError({
    code: `${axis}_response`,
    message: `GitHub's answer to ${name} cannot be read.`,
    retryable: true,
    facts: { call: name },
  });
}

/** The error of an answer that is a refusal. `now` is epoch milliseconds. */
export function refused(question: GithubQuestion, answer: FailedAnswer, now: number): MaestroError {
  const { axis, name, isWrite } = question;
  const { status, headers } = answer;
  const reasons = reasonsOf(answer.data);
  const words = cut(reasons.join("; ")) || `status ${status}`;
  const facts = { call: name, status, reasons };
  const wait = waitOf(answer, reasons, now);
  if (wait !== undefined) {
    return new MaestroError({
      code: `${axis}_rate_limited`,
      message: `GitHub wants no requests for ${Math.ceil(wait / 1_000)} s: ${words}`,
      retryable: true,
      retryAfterMs: wait,
      facts,
    });
  }
  if (status >= 500 && isWrite) return unanswered(question, `status ${status}`);
  const code = codeOf(status);
  const needed = headers["x-accepted-github-permissions"];
  return new MaestroError({
    code: `${axis}_${code}`,
    message: `GitHub refused ${name}: ${words}`,
    retryable: status >= 500,
    ...(code === "auth" ? { hint: authHint(status, needed) } : {}),
    ...(status >= 300 && status < 400 ? { hint: "The repository has moved; set its present name." } : {}),
    facts,
  });
}

/** The error for errors in an answer to a GraphQL document. */
export function refusedDocument(question: GithubQuestion, errors: readonly GraphqlError[]): MaestroError {
  const { axis, name, isWrite } = question;
  const [first] = errors;
  const reasons = errors.map(({ message }) => cut(message ?? "no reason given")).slice(0, 5);
  const facts = { call: name, types: errors.map(({ type }) => type ?? "none").slice(0, 5), reasons };
  const words = reasons.join("; ");
  if (first?.type === "RATE_LIMITED") {
    return new MaestroError({
      code: `${axis}_rate_limited`,
      message: `GitHub wants no requests: ${words}`,
      retryable: true,
      retryAfterMs: UNTOLD_WAIT_MS,
      facts,
    });
  }
  const code = DOCUMENT_CODES[first?.type ?? ""];
  if (code === undefined && isWrite) return unanswered(question, words);
  return new MaestroError({
    code: `${axis}_${code ?? "status"}`,
    message: `GitHub refused ${name}: ${words}`,
    retryable: code === undefined,
    ...(code === "auth" ? { hint: unseenHint(first) } : {}),
    facts,
  });
}

/** GitHub names the field, not the permission. */
function unseenHint(error: GraphqlError | undefined): string {
  const field = error?.path?.filter((part) => typeof part === "string").at(-1);
  return field === undefined ? authHint(403, undefined) : `Give the token the right to see or change "${field}".`;
}

const DOCUMENT_CODES: Readonly<Record<string, string>> = {
  NOT_FOUND: "not_found",
  FORBIDDEN: "auth",
  INSUFFICIENT_SCOPES: "auth",
  UNPROCESSABLE: "status",
};

function codeOf(status: number): string {
  if (status === 401 || status === 403) return "auth";
  if (status === 404 || status === 410) return "not_found";
  return status === 409 ? "conflict" : "status";
}

function authHint(status: number, needed: string | number | undefined): string {
  if (status === 401) return "The token is wrong or has expired; set a new one and start again.";
  const what = needed === undefined ? "more rights" : `the permission ${needed}`;
  return `Give the token ${what} on this repository.`;
}

/** How long GitHub wants no requests, when that is why it refused; milliseconds. */
function waitOf({ status, headers }: FailedAnswer, reasons: readonly string[], now: number): number | undefined {
  const isUsedUp = String(headers["x-ratelimit-remaining"]) === "0";
  const retryAfter = readRetryAfter(headers["retry-after"]?.toString(), now);
  const isRate = isUsedUp || retryAfter !== undefined || reasons.some((reason) => /rate limit/i.test(reason));
  if (status !== 429 && !(status === 403 && isRate)) return undefined;
  if (retryAfter !== undefined) return retryAfter;
  const reset = Number(headers["x-ratelimit-reset"]) * 1_000;
  return isUsedUp && Number.isFinite(reset) ? Math.max(1_000, reset - now) : UNTOLD_WAIT_MS;
}

/** What GitHub says for its reasons, in words. */
function reasonsOf(data: unknown): string[] {
  if (!validateRefusal(data)) return [];
  const details = (data.errors ?? []).map((error) =>
    typeof error === "string" ? error : (error.message ?? [error.field, error.code].filter(Boolean).join(" ")),
  );
  return [data.message ?? "", ...details].filter((text) => text !== "").map(cut);
}

function ofAxis(axis: GithubAxis, error: MaestroError): MaestroError {
  const { message, retryAfterMs, facts } = error;
  return new MaestroError({ code: `${axis}_${error.code}`, message, retryable: true, retryAfterMs, facts });
}

function cut(text: string): string {
  return text.length <= LONGEST_WORDS ? text : `${text.slice(0, LONGEST_WORDS - 1)}…`;
}
