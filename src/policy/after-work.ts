import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import type { WorkOutcome } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
import { isTerminal } from "../model/workflow.ts";
import { afterClean } from "./after-clean.ts";
import { afterLand } from "./after-land.ts";
import { afterRun } from "./after-run.ts";
import { afterValidate } from "./after-validate.ts";
import { planCleanup } from "./cleaning.ts";
import { STOPPED } from "./asked.ts";
import { because } from "./codes.ts";
import { planCapacity, planFatal, planInterruption } from "./failure.ts";

/** What follows the end of a lane's work. Asked once for each piece of work whose state is `settled`. */
export function planAfterWork(facts: LaneFacts): Plan {
  const { work } = facts.lane;
  if (work === null || work.state !== "settled" || work.outcome === null) {
    return [{ do: "wait", reason: because("no_settled_work", "No work of this lane has ended.") }];
  }
  const outcome = seenThrough(work.outcome, work.canceled);
  switch (work.kind) {
    case "clean":
      return afterClean(facts, outcome);
    case "land":
      return afterLand(facts, outcome);
    case "run":
      return afterTerminal(facts, outcome) ?? afterBreak(facts, outcome) ?? afterRun(facts, outcome);
    case "validate":
      return afterTerminal(facts, outcome) ?? afterBreak(facts, outcome) ?? afterValidate(facts, outcome);
  }
}

/**
 * Work that was taken back has ended for that reason, however its holder reported it; a stalled run has failed (S-125).
 * What succeeded before the news arrived has succeeded.
 */
function seenThrough(outcome: WorkOutcome, canceled: Reason | null): WorkOutcome {
  if (canceled === null || outcome.status === "succeeded") return outcome;
  return canceled.code === "stalled"
    ? { ...outcome, status: "failed", failure: "stalled", reason: canceled }
    : { ...outcome, status: "canceled", failure: null, reason: canceled };
}

/** An issue that has ended is cleaned up, whatever its work came to; only a fatal failure is for a person to look at first. */
function afterTerminal(facts: LaneFacts, outcome: WorkOutcome): Plan | null {
  const { issue, workflow } = facts;
  if (!issue || !isTerminal(workflow, issue.state) || outcome.failure === "fatal") return null;
  const why = because("issue_terminal", `${issue.identifier} is in "${issue.state}", which ends it.`);
  return [{ do: "close_work", counts: "nothing", reason: outcome.reason }, ...planCleanup(facts, why)];
}

/** Ends that say nothing about the work itself, and those that nothing can mend. */
function afterBreak(facts: LaneFacts, outcome: WorkOutcome): Plan | null {
  const { status, failure, reason } = outcome;
  if (status === "succeeded") return null;
  if (status === "lost" || failure === "interrupted") return planInterruption(facts, reason);
  if (status === "canceled") return afterCancel(facts, outcome);
  if (failure === "fatal") return planFatal(facts, reason);
  return failure === "capacity" ? planCapacity(facts, outcome) : null;
}

/**
 * Work that was taken back: the claim is given up, the workspace stays (S-128…S-130), unless cleanup was decided already. What a person
 * broke off goes on from where it stands, once it is unparked.
 */
function afterCancel(facts: LaneFacts, { reason }: WorkOutcome): Plan {
  const close = { do: "close_work", counts: "nothing", reason } as const;
  if (reason.code === STOPPED) return [close];
  if (facts.lane.stage === "cleanup") return [close, ...planCleanup(facts, reason)];
  return [close, { do: "stage", stage: "released", reason: because("released", reason.sentence) }];
}
