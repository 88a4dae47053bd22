import type { Plan, Step } from "../model/plan.ts";
import type { Issue } from "../model/issue.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane } from "../model/lane.ts";
import { isTerminal } from "../model/workflow.ts";
import { reason } from "../model/verdict.ts";
import { planLane } from "../lanes/index.ts";
import { judgeReconcile, judgeUnpark, planAfterWork, planDue } from "../policy/index.ts";

const STAYS_PARKED = "stays parked";

/**
 * What is to be done about a lane now: the one place that says which decision is asked in which position. Pure.
 * `startable` tells whether a run may start at all (workflow valid, mode running).
 */
export function planFor(facts: LaneFacts): Plan {
  const { lane } = facts;
  if (lane.work !== null && lane.work.state === "settled") return planAfterWork(withStall(facts));
  if (lane.work !== null)
    return lane.work.canceled === null ? judgeReconcile(facts) : waitFor("stopping", "Its work is being stopped.");
  if (lane.parked !== null) return planParked(facts);
  if (lane.stage === "released") return planReleased(facts);
  if (lane.stage === "working") return planWorking(facts);
  return planLane(facts);
}

/** A run that was stopped because it stalled has failed, however its holder ended it. */
function withStall(facts: LaneFacts): LaneFacts {
  const { work } = facts.lane;
  if (work?.outcome == null || work.canceled?.code !== "stalled" || work.outcome.status !== "canceled") return facts;
  const outcome = { ...work.outcome, status: "failed" as const, failure: "stalled" as const, reason: work.canceled };
  return { ...facts, lane: { ...facts.lane, work: { ...work, outcome } } };
}

function planParked(facts: LaneFacts): Plan {
  const { lane, issue, workflow } = facts;
  if (issue && isTerminal(workflow, issue.state) && facts.openOutbox.length === 0) {
    const why = reason("issue_terminal", `The issue is ${issue.state}.`);
    return [
      { do: "unpark", reason: why },
      { do: "stage", stage: "cleanup", reason: why },
    ];
  }
  if (issue) {
    const verdict = judgeUnpark(facts);
    if (verdict.ok) return [{ do: "unpark", reason: reason(verdict.code, verdict.sentence) }];
  }
  return waitFor(lane.parked?.code ?? "parked", lane.parked?.sentence ?? STAYS_PARKED);
}

/** A released lane comes back through the candidates; here it only ends with its issue. */
function planReleased(facts: LaneFacts): Plan {
  const { issue, workflow } = facts;
  if (issue && isTerminal(workflow, issue.state)) {
    return [{ do: "stage", stage: "cleanup", reason: reason("issue_terminal", `The issue is ${issue.state}.`) }];
  }
  return waitFor("released", "The issue is not in an active state; its workspace is kept.");
}

function planWorking(facts: LaneFacts): Plan {
  const { lane, openOutbox, now } = facts;
  if (openOutbox.length > 0) return waitFor("outbox_pending", "An outside write is under way.");
  const { retry } = lane;
  if (retry !== null && retry.kind !== "slot" && retry.dueAt > now) {
    return waitFor(`retry_${retry.kind}`, `Starts again at ${new Date(retry.dueAt).toISOString()}.`);
  }
  return planDue(facts);
}

function waitFor(code: string, sentence: string): Plan {
  return [{ do: "wait", reason: reason(code, sentence) }];
}

/** The start of a run in a plan: it needs a slot before the plan may be carried out. */
export function startOf(plan: Plan): Extract<Step, { do: "start_run" }> | undefined {
  return plan.find((step): step is Extract<Step, { do: "start_run" }> => step.do === "start_run");
}

/** Why a plan waits, when it does nothing else. */
export function waitOf(plan: Plan): Extract<Step, { do: "wait" }> | undefined {
  return plan.find((step): step is Extract<Step, { do: "wait" }> => step.do === "wait");
}

/** Whether a decision about this lane needs the issue as it is at this moment, not as of the last poll. */
export function needsFreshIssue(lane: Lane, now: number): boolean {
  if (lane.work !== null) return lane.work.state === "settled";
  if (lane.parked !== null || lane.stage === "released") return false;
  return lane.retry === null || lane.retry.kind === "slot" || lane.retry.dueAt <= now;
}

/** Whether this lane's decisions rest on its change. */
export function needsChange(lane: Lane): boolean {
  return lane.branch?.changeId != null && lane.work === null && lane.stage !== "working" && lane.stage !== "released";
}

/** The issue that decisions use when the tracker could not be asked. */
export function lastKnown(lane: Lane, seen: Issue | undefined): Issue {
  return seen ?? lane.issue;
}
