import type { Plan, Step } from "../model/plan.ts";
import type { Issue } from "../model/issue.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Lane } from "../model/lane.ts";
import { holdStill, isGivenUp, planAbandon } from "../policy/index.ts";
import { planLane } from "../lanes/index.ts";
import { holdForApproval, judgeReconcile, judgeUnpark, planAfterWork, planUnpark } from "../policy/index.ts";

/** What is to be done about a lane now: the one place that says which decision is asked in which position. Pure. */
export function planFor(facts: LaneFacts): Plan {
  return holdForApproval(facts, decide(facts));
}

function decide(facts: LaneFacts): Plan {
  return isGivenUp(facts) ? planAbandon(facts) : holdStill(facts, decideFreely(facts));
}

function decideFreely(facts: LaneFacts): Plan {
  const { lane } = facts;
  if (lane.work !== null) return lane.work.state === "settled" ? planAfterWork(facts) : judgeReconcile(facts);
  const verdict = judgeUnpark(facts);
  if (lane.parked !== null && verdict.ok) return planUnpark(facts, { code: verdict.code, sentence: verdict.sentence });
  return planLane(facts);
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
  // A released lane waits for the next poll, except one that has only just moved its issue, or has a start that is due.
  const rests = lane.stage === "released" && lane.lastRun > 0 && lane.retry === null;
  if (lane.parked !== null || rests) return false;
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
