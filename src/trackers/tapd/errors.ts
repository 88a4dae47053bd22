import { isMaestroError, MaestroError, systemCode } from "../../base/errors.ts";
import { nearestOf } from "../../base/nearest.ts";
import type { SecretRegistry } from "../../base/redact.ts";

/** TAPD's own words are kept up to this length. */
const LONGEST_QUOTE = 300;

/** One request, as errors speak of it. */
export interface TapdCall {
  /** Method and path. */
  readonly name: string;
  readonly isWrite: boolean;
}

/** What TAPD answered when it did not do what was asked. */
export interface Refused {
  readonly call: TapdCall;
  /** Of the answer, or of its envelope when the answer itself claims success. */
  readonly status: number;
  /** TAPD's own words; empty when there are none. */
  readonly info: string;
  readonly workspaceId: string;
  readonly secrets: SecretRegistry;
}

/** The error of an answer that says no. */
export function refusedError({ call, status, info, workspaceId, secrets }: Refused): MaestroError {
  const said = quoted(info, secrets);
  const facts = { status, call: call.name };
  if (status === 401 || /access token/i.test(info)) return notAccepted(facts);
  if (status === 403) {
    const hint = `Give the API account access to workspace ${workspaceId}, or use another one.`;
    return new MaestroError({ code: "tracker_auth", message: `TAPD forbids this.${said}`, hint, facts });
  }
  if (/workspace not existed/i.test(info)) return noWorkspace(workspaceId, facts);
  if (/not existed|not exist\b|not found/i.test(info) && status !== 404) {
    return new MaestroError({ code: "tracker_not_found", message: `TAPD does not know it.${said}`, facts });
  }
  // Something broke on the way or behind it: a write may have happened.
  const isBroken = status >= 500 || status === 408;
  return new MaestroError({
    code: isBroken && call.isWrite ? "tracker_response" : "tracker_status",
    message: `TAPD ${isBroken ? "answered with an error" : "refused it"} (status ${status}).${said}`,
    retryable: isBroken,
    facts,
  });
}

function notAccepted(facts: { readonly status: number }): MaestroError {
  return new MaestroError({
    code: "tracker_auth",
    message: "TAPD does not accept the API account and its password.",
    hint: "Check TAPD_API_USER and TAPD_API_PASSWORD (tracker.provider.api_user, api_password): they are of an API account, not of a person's login.",
    facts,
  });
}

function noWorkspace(workspaceId: string, facts: { readonly status: number }): MaestroError {
  return new MaestroError({
    code: "tracker_invalid_config",
    message: `tracker.provider.workspace_id: TAPD has no workspace ${workspaceId} that the API account can see.`,
    hint: "The number stands behind tapd.cn/ in the workspace's address; or let an administrator give the API account access to it.",
    facts: { ...facts, path: ["workspace_id"], workspace_id: workspaceId },
  });
}

/** The error of a call that TAPD's limit did not let through. Nothing happened. */
export function limitedError(retryAfterMs: number): MaestroError {
  return new MaestroError({
    code: "tracker_rate_limited",
    message: `TAPD wants no requests of this API account for another ${Math.ceil(retryAfterMs / 1_000)} s.`,
    retryable: true,
    retryAfterMs,
  });
}

/** The error of an answer of another shape than was asked for. */
export function unreadable({ name }: TapdCall, why: string): MaestroError {
  return new MaestroError({
    code: "tracker_response",
    message: `TAPD's answer to ${name} cannot be read: ${why}`,
    retryable: true,
    facts: { call: name },
  });
}

/** What TAPD says on addresses that it does not know, with the signs of success and to anybody. */
export function greeted({ name }: TapdCall): MaestroError {
  return new MaestroError({
    code: "tracker_response",
    message: `TAPD greeted instead of answering ${name}: it does not know this address.`,
    hint: "Check tracker.provider.endpoint: it is https://api.tapd.cn, without a path.",
    facts: { call: name },
  });
}

/** The error of a call without an answer that can be read. `aborted` and codes of the axis come back unchanged. */
export function unansweredError(error: unknown): MaestroError {
  if (isMaestroError(error)) {
    if (error.code === "rate_limited") return limitedError(error.retryAfterMs ?? 0);
    return error.code === "deadline" ? silent(" in time", undefined) : error;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return silent("", systemCode(cause) ?? systemCode(error));
}

function silent(when: string, system: string | undefined): MaestroError {
  return new MaestroError({
    code: "tracker_request",
    message: `TAPD gave no answer${when}${system === undefined ? "" : ` (${system})`}.`,
    hint: "Check the network, and tracker.provider.endpoint where it is set.",
    retryable: true,
    facts: system === undefined ? {} : { system_code: system },
  });
}

/** A list that cannot be read to its end. */
export function brokenPages(why: string): MaestroError {
  return new MaestroError({
    code: "tracker_pagination",
    message: `A list of TAPD's cannot be read to its end: ${why}`,
    retryable: true,
  });
}

/** No item in scope has this id. */
export function unknownIssue(issueId: string): MaestroError {
  return new MaestroError({
    code: "tracker_not_found",
    message: `There is no issue with the id "${issueId}" in the workspace.`,
    hint: "`maestro issue list` shows the issues there are.",
    facts: { issue_id: issueId },
  });
}

/** What cannot be asked of TAPD. Nothing happened. */
export function impossible(message: string, hint?: string): MaestroError {
  return new MaestroError({ code: "tracker_status", message, hint });
}

/** No workflow in scope has this status. */
export function unknownState(state: string, known: ReadonlyMap<string, string>, where: string | null): MaestroError {
  const shown = [...known].map(([key, name]) => `${key} (${name})`);
  const named = [...known].find(([, name]) => name === state.trim())?.[0];
  const nearest = named ?? nearestOf(state, [...known.keys()]);
  const there = where === null ? "" : `${where}: `;
  return new MaestroError({
    code: where === null ? "tracker_status" : "tracker_invalid_config",
    message: `${there}TAPD has no status "${state}"; it has ${shown.join(", ")}.`,
    hint:
      nearest === undefined
        ? "Use one of the keys; the names behind them are for people."
        : `Did you mean "${nearest}"?`,
    facts: { state, known: [...known.keys()] },
  });
}

/** A workflow in which an issue is in several steps at once. */
export function parallelWorkflow(name: string): MaestroError {
  return new MaestroError({
    code: "tracker_invalid_config",
    message: `The workflow of "${name}" is a parallel one, in which an issue has several steps at once; Maestro moves issues in serial ones only.`,
    hint: "Give the type a serial workflow in TAPD's settings, or leave it out with tracker.provider.type_ids.",
    facts: { path: ["type_ids"], type: name },
  });
}

function quoted(info: string, secrets: SecretRegistry): string {
  const line = secrets.redact(info).replace(/\s+/g, " ").trim();
  if (line === "") return "";
  return ` It said: ${line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line}`;
}

/** A workflow as errors speak of it. */
interface ShownWorkflow {
  readonly name: string;
  readonly statuses: ReadonlyMap<string, string>;
  readonly ways: readonly { readonly from: string; readonly to: string }[];
}

/** The workflow does not lead from one status to another. */
export function noWay(
  { name, statuses, ways }: ShownWorkflow,
  from: string,
  to: string,
  where: string | null,
): MaestroError {
  const shown = (key: string): string => `${key} (${statuses.get(key) ?? key})`;
  const next = ways.filter((way) => way.from === from).map((way) => shown(way.to));
  return new MaestroError({
    code: where === null ? "tracker_status" : "tracker_invalid_config",
    message: `${where === null ? "" : `${where}: `}the workflow of "${name}" in TAPD does not lead from ${shown(from)} to ${shown(to)}.`,
    hint: `From ${from} it leads to ${next.join(", ") || "nothing"}: add the transition in TAPD's workflow settings, or name another state.`,
    facts: { from, to, workflow: name, next: ways.filter((way) => way.from === from).map((way) => way.to) },
  });
}
