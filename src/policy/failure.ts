import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import type { WorkOutcome } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
import { failureAttempt } from "./attempt.ts";
import { chooseAccount, planPause } from "./accounts.ts";
import { judgeBreaker } from "./breaker.ts";
import { because, type PolicyCode } from "./codes.ts";
import { parkSteps } from "./parking.ts";
import { retryDelay } from "./retry-delay.ts";
import { knownIssue, type Steps } from "./writes.ts";

/** More interruptions in a row than this count as failures: something here kills every run. */
const MAX_INTERRUPTIONS = 10;

/** Wait for money that did not say when it comes, milliseconds; capped by `maxRetryBackoffMs`. */
const WAIT_MS = 60_000;

/** What a failure leads to besides the retry. */
export interface FailureOptions {
  /** Steps between the end of the work and the retry, e.g. the stage to go on from. */
  readonly next?: Steps;
  /** What ends the parking, once the budget is used up. Default `input`. */
  readonly until?: "command" | "input";
  /** Text of the retry's error. Default the reason's sentence. */
  readonly error?: string;
}

/** Counts a failure: another try after the back-off, or parking when there were too many in a row (S-119). */
export function planFailure(facts: LaneFacts, why: Reason, options: FailureOptions = {}): Plan {
  const { lane, workflow, now } = facts;
  const failures = lane.failures + 1;
  const close = { do: "close_work", counts: "failure", reason: why } as const;
  const next = options.next ?? [];
  if (failures >= workflow.agent.maxAttempts) {
    const count = failures === 1 ? "One failure" : `${failures} failures in a row`;
    const exhausted = because("retry_budget_exhausted", `${count}; the last one: ${why.sentence}`);
    return [close, ...next, ...parkSteps(facts, options.until ?? "input", exhausted)];
  }
  const held = judgeBreaker(facts, why.sentence);
  if (held !== null) return [close, ...next, ...parkSteps(facts, options.until ?? "input", held)];
  const attempt = failureAttempt(failures, lane.idleSessions);
  const dueAt = now + retryDelay(workflow.agent, attempt);
  const error = options.error ?? why.sentence;
  return [close, ...next, { do: "schedule", retry: { kind: "failure", attempt, dueAt, error } }];
}

/** Goes on at once after a crash, shutdown or lost machine; nobody is to blame, unless it happens again and again. */
export function planInterruption(facts: LaneFacts, why: Reason, options: FailureOptions = {}): Plan {
  const { lane, now } = facts;
  if (lane.interruptions + 1 > MAX_INTERRUPTIONS) {
    const often = `Interrupted ${lane.interruptions + 1} times in a row; the last one: ${why.sentence}`;
    return planFailure(facts, because("interrupted_too_often", often), options);
  }
  const retry = { kind: "interruption", attempt: 1, dueAt: now, error: why.sentence } as const;
  return [
    { do: "close_work", counts: "interruption", reason: why },
    { do: "schedule", retry },
  ];
}

/**
 * Waits for a provider's capacity without counting anything. The account that was turned away is paused, for all lanes, and this one goes on
 * with another one at once when the workflow names one.
 */
export function planCapacity(facts: LaneFacts, outcome: WorkOutcome): Plan {
  const { workflow, lane, now, pauses = [] } = facts;
  const { reason: why, notBefore, account } = outcome;
  const close = { do: "close_work", counts: "nothing", reason: why } as const;
  if (account === undefined) {
    const dueAt =
      notBefore !== null && notBefore > now ? notBefore : now + Math.min(WAIT_MS, workflow.agent.maxRetryBackoffMs);
    return [close, { do: "schedule", retry: { kind: "capacity", attempt: 1, dueAt, error: why.sentence } }];
  }
  const last = pauses.find((pause) => pause.account === account);
  const pause = planPause(last, { account, resetAt: notBefore, why }, now, workflow.agent);
  const inForce = pause === null ? pauses : [...pauses.filter((other) => other.account !== account), pause];
  const { accounts = [] } = facts;
  const next = chooseAccount(workflow, knownIssue(facts), lane, { pauses: inForce, accounts, now });
  const dueAt = next.ok ? now : (next.until ?? now);
  return [
    close,
    ...(pause === null ? [] : [{ do: "pause_account", pause } as const]),
    { do: "schedule", retry: { kind: "capacity", attempt: 1, dueAt, error: why.sentence } },
  ];
}

/** Codes that say well enough why nothing goes on. */
const BUDGETS: readonly string[] = ["run_budget_exhausted", "issue_budget_exhausted"] satisfies PolicyCode[];
const FATAL = "It cannot go on by trying again";

/** Parks at once: trying again cannot help. */
export function planFatal(facts: LaneFacts, why: Reason, until: "command" | "input" = "input"): Plan {
  return [
    { do: "close_work", counts: "failure", reason: why },
    ...parkSteps(facts, until, BUDGETS.includes(why.code) ? why : because("fatal", `${FATAL}: ${why.sentence}`)),
  ];
}
