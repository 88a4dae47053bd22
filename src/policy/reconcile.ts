import type { LaneFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane, LaneStage } from "../model/lane.ts";
import type { Plan } from "../model/plan.ts";
import type { Reason } from "../model/verdict.ts";
import { isTerminal, trackerState, type Workflow } from "../model/workflow.ts";
import { because, type PolicyCode } from "./codes.ts";
import { describeWork } from "./eligibility.ts";
import { type Ground, judgeStanding } from "./standing.ts";

/**
 * What the tracker's present word means for a lane with running work (S-126…S-131). Asked on every tick. Only runs need an
 * active issue: repairs, validation and landing go on while it is legitimately in review.
 */
export function judgeReconcile(facts: LaneFacts): Plan {
  const { lane, issue } = facts;
  const { work } = lane;
  if (work === null || work.state === "settled") return wait("no_settled_work", describeWork(lane));
  if (work.canceled !== null) return wait("cancel_pending", `Being stopped: ${work.canceled.sentence}`);
  if (work.kind === "clean") return wait("under_way", describeWork(lane));
  if (issue === undefined) return wait("issue_unknown", `${describeWork(lane)} The tracker could not be asked.`);
  if (work.kind === "land") return judgeLanding(facts, issue);
  if (issue === null)
    return cancel("released", because("issue_gone", `The tracker no longer shows ${lane.issue.identifier}.`));
  if (isTerminal(facts.workflow, issue.state)) return cancel("cleanup", terminal(issue));
  const standing = judgeStanding(facts.workflow, issue, groundOf(lane));
  return standing.ok
    ? wait("under_way", describeWork(lane))
    : cancel("released", { code: standing.code, sentence: standing.sentence });
}

/** A merge that is under way may itself have ended the issue; only a cancellation stops it. */
function judgeLanding({ lane, workflow }: LaneFacts, issue: Issue | null): Plan {
  const isCanceled = issue !== null && categoryOf(workflow, issue) === "canceled";
  return isCanceled ? cancel("cleanup", terminal(issue)) : wait("under_way", describeWork(lane));
}

function groundOf(lane: Lane): Ground {
  const isRepair = lane.work?.purpose === "repair" || lane.stage === "review_repair";
  return lane.work?.kind === "validate" || isRepair ? "review" : "work";
}

function categoryOf(workflow: Workflow, issue: Issue) {
  return trackerState(workflow, issue.state)?.category;
}

function terminal(issue: Issue): Reason {
  return because("issue_terminal", `${issue.identifier} is in "${issue.state}", which ends it.`);
}

function cancel(stage: LaneStage, why: Reason): Plan {
  return [
    { do: "cancel_work", reason: why },
    { do: "stage", stage, reason: why },
  ];
}

function wait(code: PolicyCode, sentence: string): Plan {
  return [{ do: "wait", reason: because(code, sentence) }];
}
