import { type MaestroError, toMaestroError } from "../base/errors.ts";
import type { AgentFailure, AgentFailureKind } from "../contracts/agent-provider.ts";
import type { FailureKind, WorkOutcome } from "../model/run.ts";
import { type Reason, reason } from "../model/verdict.ts";

/** Longest reason, characters: it stands in events, retries and prompts. */
const LONGEST_SENTENCE = 4_000;

const NOTHING: Omit<WorkOutcome, "status" | "reason"> = {
  failure: null,
  signal: { kind: "none" },
  headSha: null,
  changed: false,
  turns: 0,
  notBefore: null,
};

type Facts = Partial<Omit<WorkOutcome, "status" | "reason" | "failure">>;

/** Work that did what it was for. */
export function succeeded(why: Reason, facts: Facts = {}): WorkOutcome {
  return { ...NOTHING, ...facts, status: "succeeded", reason: why };
}

/** Work that did not. */
export function failed(failure: FailureKind, why: Reason, facts: Facts = {}): WorkOutcome {
  return { ...NOTHING, ...facts, status: "failed", failure, reason: short(why) };
}

/** Why work was broken off from outside; the reason of its abort signal. */
export const STOP_CODES = {
  /** The worker is told to stop. */
  worker_stopped: "interrupted",
  /** The lease is not held any more. */
  lease_lost: "interrupted",
  /** The orchestrator took the work back. */
  work_revoked: null,
} as const satisfies Record<string, FailureKind | null>;

/** Work that was broken off from outside, by the reason of its abort signal. */
export function brokenOff(signal: AbortSignal, facts: Facts = {}): WorkOutcome {
  const error = toMaestroError(signal.reason, "worker_stopped");
  const code = error.code === "work_revoked" ? "work_revoked" : error.code === "lease_lost" ? "lease_lost" : null;
  const failure = STOP_CODES[code ?? "worker_stopped"];
  const why = reason(code ?? "interrupted", error.message);
  return { ...NOTHING, ...facts, status: "canceled", failure, reason: short(why) };
}

/** Whether work was broken off because its lease is not held any more. */
export function hasLostLease(signal: AbortSignal): boolean {
  return signal.aborted && toMaestroError(signal.reason).code === "lease_lost";
}

/** How each failure of an agent counts for policy. A missing or logged-out agent is for a person to mend. */
const AGENT_FAILURE_KINDS: Readonly<Record<AgentFailureKind, FailureKind>> = {
  agent_not_found: "fatal",
  startup_timeout: "timed_out",
  response_timeout: "timed_out",
  turn_timeout: "timed_out",
  turn_failed: "agent",
  turn_cancelled: "agent",
  input_required: "agent",
  capacity: "capacity",
  auth: "fatal",
  context_overflow: "agent",
  protocol: "agent",
  process_exit: "agent",
};

/** Work that failed with its agent. */
export function failedAgent(failure: AgentFailure, facts: Facts = {}): WorkOutcome {
  const why = reason(failure.kind, failure.sentence);
  return failed(AGENT_FAILURE_KINDS[failure.kind], why, { ...facts, notBefore: failure.resetAt });
}

/** Kinds by what an error's code begins with; the first that fits. */
const ERROR_KINDS: readonly (readonly [prefix: string, kind: FailureKind])[] = [
  ["hook_", "hook"],
  ["workspace_", "workspace"],
  ["git_unreachable", "outside"],
  ["git_rejected", "outside"],
  ["git_auth", "outside"],
  ["git_", "workspace"],
  ["file_", "workspace"],
  ["disk_full", "workspace"],
  ["template_", "prompt"],
  ["tracker_", "outside"],
  ["forge_", "outside"],
  ["outbox_", "outside"],
  ["run_budget", "fatal"],
  ["issue_budget", "fatal"],
  // They say nothing about the issue: its work waits until there is money again.
  ["account_", "capacity"],
  // Somebody has to bring a key or a secret.
  ["credential", "fatal"],
  ["day_budget", "capacity"],
  ["workflow_budget", "capacity"],
  ["run_timed_out", "timed_out"],
  ["deadline", "timed_out"],
  ["agent_", "fatal"],
  ["unsupported_", "fatal"],
];

/** Work that failed with an error. What nobody expected is put down to the work, so that it is tried again and at last parked. */
export function failedWith(thrown: unknown, facts: Facts = {}): WorkOutcome {
  const error = toMaestroError(thrown);
  const kind = ERROR_KINDS.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? "agent";
  const { not_before: notBefore } = error.facts;
  return failed(kind, reasonOf(error), { ...(typeof notBefore === "number" ? { notBefore } : {}), ...facts });
}

/** The reason that an error gives, with its hint. */
export function reasonOf(error: MaestroError): Reason {
  return reason(error.code, error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
}

function short(why: Reason): Reason {
  const { sentence } = why;
  return sentence.length <= LONGEST_SENTENCE ? why : { ...why, sentence: `${sentence.slice(0, LONGEST_SENTENCE)}…` };
}
