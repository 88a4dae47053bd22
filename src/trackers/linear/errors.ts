import { isMaestroError, MaestroError, systemCode } from "../../base/errors.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import type { LinearRefusal } from "./schema.ts";

/** Linear's own words are kept up to this length. */
const LONGEST_QUOTE = 300;
const REFUSAL_CODES = new Set([
  ...["INPUT_ERROR", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"],
  ...["FEATURE_NOT_ACCESSIBLE", "USAGE_LIMIT_EXCEEDED"],
]);

/** What a refused answer is turned into. */
export interface RefusedCall {
  readonly refusal: LinearRefusal;
  /** Whether the call could have changed something. */
  readonly writes: boolean;
  readonly secrets: SecretRegistry;
}

/** Whether Linear refused because too much was asked. It says so with status 400. */
export function isRateLimit({ status, errors }: LinearRefusal): boolean {
  return status === 429 || errors?.some(({ extensions }) => extensions?.code === "RATELIMITED") === true;
}

/** The error of an answer that says no. */
export function refusedError({ refusal, writes, secrets }: RefusedCall): MaestroError {
  const { status, errors } = refusal;
  const first = errors?.[0];
  const code = first?.extensions?.code;
  const said = first === undefined ? "" : quote(first.extensions?.userPresentableMessage ?? first.message, secrets);
  const facts = { status, ...(code === undefined ? {} : { linear_code: code }) };
  if (status === 401 || code === "AUTHENTICATION_ERROR") {
    const hint = "Check the key behind LINEAR_API_KEY (tracker.provider.api_key).";
    return new MaestroError({ code: "tracker_auth", message: "Linear does not accept the API key.", hint, facts });
  }
  if (status === 403 || code === "FORBIDDEN") {
    const hint = "Give the key's owner the right to do it, or use another key.";
    return new MaestroError({ code: "tracker_auth", message: `Linear forbids this.${said}`, hint, facts });
  }
  if (first !== undefined && /^entity not found/i.test(first.message)) {
    return new MaestroError({ code: "tracker_not_found", message: `Linear does not know it.${said}`, facts });
  }
  if (first !== undefined && /^conflict on insert|^duplicate label name/i.test(first.message)) {
    return new MaestroError({ code: "tracker_conflict", message: `It is already there.${said}`, facts });
  }
  const isRefused = first?.extensions?.userError === true || (code !== undefined && REFUSAL_CODES.has(code));
  if (isRefused || (errors === undefined && status >= 400 && status < 500)) {
    return new MaestroError({ code: "tracker_status", message: `Linear refused it (status ${status}).${said}`, facts });
  }
  // Something broke on the way or behind it: a write may have happened.
  const message = `Linear answered with an error (status ${status}).${said}`;
  return new MaestroError({
    code: writes || status < 300 ? "tracker_response" : "tracker_status",
    message,
    retryable: true,
    facts,
  });
}

/** The error of a call that Linear's limits did not let through. */
export function limitedError(retryAfterMs: number): MaestroError {
  return new MaestroError({
    code: "tracker_rate_limited",
    message: `Linear wants no requests with this key for another ${Math.ceil(retryAfterMs / 1_000)} s.`,
    retryable: true,
    retryAfterMs,
  });
}

/** The error of an answer that is not what Linear's schema says. */
export function unreadable(why: string): MaestroError {
  return new MaestroError({
    code: "tracker_response",
    message: `Linear's answer cannot be read: ${why}`,
    retryable: true,
  });
}

/** The error of a call without an answer that can be read. `aborted` and codes of the axis come back unchanged. */
export function unansweredError(error: unknown): MaestroError {
  if (isMaestroError(error)) {
    if (error.code === "rate_limited") return limitedError(error.retryAfterMs ?? 0);
    return error.code === "deadline" ? silent(" in time", undefined) : error;
  }
  if (error instanceof SyntaxError) return unreadable("it is no JSON.");
  const cause = error instanceof Error ? error.cause : undefined;
  return silent("", systemCode(cause) ?? systemCode(error));
}

/** A list that cannot be read to its end. */
export function brokenPages(why: string): MaestroError {
  return new MaestroError({
    code: "tracker_pagination",
    message: `A list of Linear's cannot be read to its end: ${why}`,
    retryable: true,
  });
}

/** No issue in scope has this id. */
export function unknownIssue(issueId: string): MaestroError {
  return new MaestroError({
    code: "tracker_not_found",
    message: `There is no issue with the id "${issueId}" in scope.`,
    hint: "`maestro issue list` shows the issues there are.",
    facts: { issue_id: issueId },
  });
}

/** What cannot be asked of Linear. Nothing happened. */
export function impossible(message: string, hint?: string): MaestroError {
  return new MaestroError({ code: "tracker_status", message, hint });
}

function silent(when: string, system: string | undefined): MaestroError {
  return new MaestroError({
    code: "tracker_request",
    message: `Linear gave no answer${when}${system === undefined ? "" : ` (${system})`}.`,
    hint: "Check the network, and tracker.provider.endpoint where it is set.",
    retryable: true,
    facts: system === undefined ? {} : { system_code: system },
  });
}

function quote(text: string, secrets: SecretRegistry): string {
  const line = secrets.redact(text).replace(/\s+/g, " ").trim();
  return ` It said: ${line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line}`;
}
