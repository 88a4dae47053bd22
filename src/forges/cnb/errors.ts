import { isMaestroError, MaestroError, messageOf, systemCode } from "../../base/errors.ts";
import { readRetryAfter } from "../../base/rate-limiter.ts";
import type { Change } from "../../model/change.ts";
import { validateRefusal } from "./schema.gen.ts";

/** What was asked, for errors. */
export interface CnbQuestion {
  /** Method and path below the repository, as in CNB's documents. */
  readonly name: string;
  /** Whether it may have changed something. */
  readonly isWrite: boolean;
}

/** An answer as it came. */
export interface CnbAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Longest text of CNB's that is repeated, characters. */
const LONGEST_WORDS = 500;
/** How long to wait after a refusal for the rate that names no time; no document names one. */
const UNTOLD_WAIT_MS = 60_000;
/** CNB's number for a scope that the token lacks. */
const SCOPE_MISSING = "7";

/** The error of a request that got no answer. What it asked for may have happened. */
export function unanswered({ name }: CnbQuestion, error: unknown): MaestroError {
  if (isMaestroError(error)) return error.code === "rate_limited" ? limited(error) : error;
  const cause = error instanceof Error ? error.cause : undefined;
  return new MaestroError({
    code: "forge_request",
    message: `CNB gave no answer to ${name}: ${cut(systemCode(cause) ?? messageOf(error))}.`,
    retryable: true,
    hint: "Check the network, and repo.provider.api_base_url where it is set; it is tried again.",
    facts: { call: name },
  });
}

/** The error of an answer that cannot be read. */
export function unreadable(name: string): MaestroError {
  return new MaestroError({
    code: "forge_response",
    message: `CNB's answer to ${name} cannot be read.`,
    retryable: true,
    facts: { call: name },
  });
}

/** A list that does not end. */
export function endless(name: string): MaestroError {
  return new MaestroError({
    code: "forge_pagination",
    message: `CNB's answer to ${name} has pages without end.`,
    retryable: true,
    facts: { call: name },
  });
}

/** The error of an answer that is a refusal. `now` is epoch milliseconds. */
export function refused(question: CnbQuestion, answer: CnbAnswer, now: number): MaestroError {
  const { name, isWrite } = question;
  const { status, headers } = answer;
  const { errcode, words } = reasonOf(answer);
  const said = words === "" ? `status ${status}` : words;
  // CNB's people find a request by it.
  const trace = headers.get("traceparent");
  const facts = { call: name, status, ...(errcode === "" ? {} : { errcode }), ...(trace === null ? {} : { trace }) };
  if (status === 429) {
    const retryAfterMs = readRetryAfter(headers.get("retry-after"), now) ?? UNTOLD_WAIT_MS;
    const message = `CNB wants no requests for ${Math.ceil(retryAfterMs / 1_000)} s: ${said}`;
    return new MaestroError({ code: "forge_rate_limited", message, retryable: true, retryAfterMs, facts });
  }
  const isBroken = status >= 500 || status === 408 || status === 425;
  if (isBroken && isWrite) return unanswered(question, `status ${status}`);
  const code = codeOf(status);
  return new MaestroError({
    code: `forge_${code}`,
    message: `CNB refused ${name}: ${said}`,
    retryable: isBroken,
    hint: hintOf(status, errcode),
    facts: { ...facts, reason: words },
  });
}

function codeOf(status: number): string {
  if (status === 401 || status === 403) return "auth";
  if (status === 404) return "not_found";
  return status === 409 ? "conflict" : "status";
}

function hintOf(status: number, errcode: string): string | undefined {
  if (status === 401) return "The token is wrong or has expired; set a new one and start again.";
  if (status === 403 && errcode === SCOPE_MISSING) return "Give the token the scope that CNB names here.";
  if (status === 403) return "Give the token's owner the right to do it.";
  if (status >= 300 && status < 400) return "The repository has moved; set its present name.";
  if (status !== 404) return undefined;
  return "CNB says the same of what is not there and of what the token may not see; tokens made for MCP see nothing.";
}

function reasonOf({ body }: CnbAnswer): { readonly errcode: string; readonly words: string } {
  let read: unknown;
  try {
    read = JSON.parse(body.toString("utf8"));
  } catch {
    // A gateway's page says nothing that would help; the status does.
  }
  if (!validateRefusal(read)) return { errcode: "", words: "" };
  return { errcode: String(read.errcode ?? ""), words: cut(read.errmsg ?? "") };
}

function limited({ message, retryAfterMs }: MaestroError): MaestroError {
  return new MaestroError({ code: "forge_rate_limited", message, retryable: true, retryAfterMs });
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST_WORDS ? line : `${line.slice(0, LONGEST_WORDS - 1)}…`;
}

/** There is no such branch to merge into. */
export function noBase(branch: string): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `There is no branch ${branch} to merge into.`,
    hint: "Set repo.base_branch in the workflow file to a branch that exists.",
    facts: { branch },
  });
}

/** CNB cannot change where an open change goes to. */
export function otherBase(change: Change, base: string): MaestroError {
  return new MaestroError({
    code: "forge_conflict",
    message: `Change #${change.id} goes to ${change.base}, not to ${base}, and CNB cannot change that.`,
    hint: `Close it; then Maestro makes one to ${base}.`,
    facts: { change_id: change.id, base: change.base },
  });
}

/** The token may not do what Maestro needs. */
export function tooWeak(repository: string, why: string, hint: string): MaestroError {
  return new MaestroError({
    code: "forge_auth",
    message: `The token does not do for ${repository}: ${why}.`,
    hint,
    facts: { repository },
  });
}

/** There is no such thread on the change. */
export function unknownThread(changeId: string, threadId: string): MaestroError {
  return new MaestroError({
    code: "forge_not_found",
    message: `Change #${changeId} has no thread with the id "${threadId}".`,
    facts: { change_id: changeId, thread_id: threadId },
  });
}

/** On CNB a decision about one's own change counts for nothing. */
export function ownReview(change: Change, self: string): MaestroError {
  return new MaestroError({
    code: "forge_status",
    message: `Change #${change.id} was made by ${self}, whose token this is, and a review of one's own change does not count.`,
    hint: `Review it on ${change.url ?? "its page"} with another account.`,
    facts: { change_id: change.id, author: self },
  });
}
