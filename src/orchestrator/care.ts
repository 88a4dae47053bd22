import type { Plan, Step } from "../model/plan.ts";
import type { Issue } from "../model/issue.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane, Parking } from "../model/lane.ts";
import { isTerminal } from "../model/workflow.ts";
import { planLane } from "../lanes/index.ts";
import { judgeReconcile, judgeUnpark, planAfterWork, planDue } from "../policy/index.ts";

/** What is to be done about a lane now: the one place that says which decision is asked in which position. Pure. */
export function planFor(facts: LaneFacts): Plan {
  const { lane } = facts;
  if (lane.work !== null)
    return lane.work.state === "settled" ? planAfterWork(withStall(facts)) : judgeReconcile(facts);
  if (lane.parked !== null) return planParked(facts, lane.parked);
  const waitsForRun =
    lane.stage === "working" || lane.stage === "released" || (lane.stage === "review_repair" && lane.retry !== null);
  return waitsForRun ? planDue(facts) : planLane(facts);
}

/** A run that was stopped because it stalled has failed, however its holder ended it. */
function withStall(facts: LaneFacts): LaneFacts {
  const { work } = facts.lane;
  if (work?.outcome == null || work.canceled?.code !== "stalled" || work.outcome.status !== "canceled") return facts;
  const outcome = { ...work.outcome, status: "failed" as const, failure: "stalled" as const, reason: work.canceled };
  return { ...facts, lane: { ...facts.lane, work: { ...work, outcome } } };
}

/** A parked lane ends with its issue, goes on with new input, and else stays where it is. */
function planParked(facts: LaneFacts, parked: Parking): Plan {
  const { issue, workflow, lane } = facts;
  if (issue && isTerminal(workflow, issue.state))
    return lane.stage === "working" ? planDue({ ...facts, lane: { ...lane, parked: null } }) : planLane(facts);
  const verdict = judgeUnpark(facts);
  const { code, sentence } = verdict.ok ? verdict : parked;
  return verdict.ok ? [{ do: "unpark", reason: { code, sentence } }] : [{ do: "wait", reason: { code, sentence } }];
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
