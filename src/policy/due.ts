import type { LaneFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane, LaneStage } from "../model/lane.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { Answer } from "../model/question.ts";
import type { RunPurpose } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
import { isTerminal } from "../model/workflow.ts";
import { judgeBreaker } from "./breaker.ts";
import { planCleanup } from "./cleaning.ts";
import { because, type PolicyCode } from "./codes.ts";
import {
  describePending,
  describeRetry,
  describeWork,
  judgeAdmission,
  judgeAttention,
  pendingWrites,
} from "./eligibility.ts";
import { failureFeedback, repairFeedback } from "./feedback.ts";
import { clearRetry, parkSteps } from "./parking.ts";
import { answersOf, findRepair, isRepaired, judgeRepair, repairMark } from "./repairs.ts";
import { retryDelay } from "./retry-delay.ts";
import { isOnlyMoved, moveStep, planRoute } from "./route.ts";
import { judgeStanding } from "./standing.ts";

/** Stages in which a lane's next step is a run. */
const RUNNABLE: readonly LaneStage[] = ["working", "released", "review_repair"];

/** Error of a start that waits because the tracker could not be asked (S-124). */
const REFRESH_ERROR = "retry refresh failed";

/**
 * What to do with a lane in `working`, `released` or `review_repair` that has no work: look at its issue again, then start,
 * release or clean (S-120…S-124). Whether there is a slot for a start is not asked here.
 */
export function planDue(facts: LaneFacts): Plan {
  const { lane, issue, workflow } = facts;
  const held = holdBack(facts);
  if (held !== null) return held;
  if (lane.parked !== null) return planParked(facts, lane.parked.sentence);
  if (issue === undefined) return afterBlindness(facts);
  if (isOnlyMoved(lane) && !(issue !== null && judgeAdmission(workflow, issue).ok)) return afterMove(facts);
  if (issue === null) return afterLoss(facts);
  if (isTerminal(workflow, issue.state)) return planEnd(facts, issue);
  if (lane.stage === "released") return planReturn(facts, issue);
  const standing = judgeStanding(workflow, issue, lane.stage === "review_repair" ? "review" : "work");
  if (!standing.ok) {
    const why = because("released", standing.sentence);
    return [{ do: "stage", stage: "released", reason: why }, ...clearRetry(facts, why)];
  }
  const attention = judgeAttention(workflow, issue);
  return attention === null ? planStart(facts, issue, []) : [{ do: "wait", reason: attention }];
}

/** What keeps a lane from being looked at, whatever its issue says. */
function holdBack({ lane, openOutbox, now }: LaneFacts): Plan | null {
  if (lane.work !== null) return wait("lane_has_work", describeWork(lane));
  if (!RUNNABLE.includes(lane.stage)) return wait("lane_in_review", lane.reason.sentence);
  if (lane.retry !== null && lane.retry.dueAt > now) return wait("retry_not_due", describeRetry(lane, now));
  const pending = pendingWrites(openOutbox);
  return pending.length === 0 ? null : wait("outbox_pending", describePending(pending));
}

/** A parked lane ends with its issue, and starts nothing. */
function planParked(facts: LaneFacts, sentence: string): Plan {
  const { issue, workflow } = facts;
  const hasEnded = issue != null && isTerminal(workflow, issue.state);
  return hasEnded ? planEnd(facts, issue) : wait("lane_parked", `Parked: ${sentence}`);
}

function planEnd(facts: LaneFacts, issue: Issue): Plan {
  return planCleanup(facts, because("issue_terminal", `${issue.identifier} is in "${issue.state}", which ends it.`));
}

/** The tracker could not be asked: a due retry is asked again later, one attempt on (S-124). */
function afterBlindness({ lane, workflow, now }: LaneFacts): Plan {
  if (lane.retry === null) return wait("issue_unknown", "The tracker could not be asked about the issue.");
  const attempt = lane.retry.attempt + 1;
  const dueAt = now + retryDelay(workflow.agent, attempt);
  return [{ do: "schedule", retry: { kind: "refresh", attempt, dueAt, error: REFRESH_ERROR } }];
}

/** An issue that was only moved is where no run is to start: its lane holds nothing, not even a workspace. */
function afterMove({ lane, issue }: LaneFacts): Plan {
  const { identifier } = lane.issue;
  const why =
    issue == null
      ? because("issue_gone", `The tracker no longer shows ${identifier}.`)
      : because("route_moved", `${identifier} is in "${issue.state}", where no run is to start; it was only moved.`);
  return [{ do: "close_lane", reason: why }];
}

/** The issue is gone: a lane that was about to go on is cleaned up, one that let go of it already keeps its workspace (S-130). */
function afterLoss(facts: LaneFacts): Plan {
  const why = because("issue_gone", `The tracker no longer shows ${facts.lane.issue.identifier}.`);
  return facts.lane.stage === "released" ? [{ do: "wait", reason: why }] : planCleanup(facts, why);
}

/** A released lane whose issue came back goes on in its own workspace, under the rules of a new start. */
function planReturn(facts: LaneFacts, issue: Issue): Plan {
  const verdict = judgeAdmission(facts.workflow, issue);
  if (!verdict.ok) return [{ do: "wait", reason: { code: verdict.code, sentence: verdict.sentence } }];
  const why = because("eligible", verdict.sentence);
  return planStart(facts, issue, [{ do: "stage", stage: "working", reason: why }]);
}

function planStart(facts: LaneFacts, issue: Issue, first: readonly Step[]): Plan {
  const { lane, workflow } = facts;
  const move = planRoute(workflow, issue);
  if (move !== null) {
    const why = because(
      "route_move_pending",
      `${issue.identifier} is first moved from "${move.from}" to "${move.to}".`,
    );
    return [moveStep(issue, move, `run-${lane.lastRun + 1}`), { do: "wait", reason: why }];
  }
  const purpose = purposeOf(lane);
  const asked = purpose === "repair" && isAskedByPerson(facts);
  const held = judgeBreaker(facts, lane.retry?.error ?? null, asked);
  const limit = held ?? (purpose === "repair" ? repairLimit(facts) : null);
  if (limit !== null) return parkSteps(facts, "input", limit);
  const start: Step = { do: "start_run", purpose, ...repairOf(facts, purpose), reason: whyStart(facts, purpose) };
  const [head, ...rest] = [...first, start];
  return head === undefined ? [start] : [head, ...rest];
}

function isAskedByPerson(facts: LaneFacts): boolean {
  const fact = findRepair(facts);
  return fact?.byHuman === true && !isRepaired(facts.lane.branch, fact);
}

/** Why a repair that machines ask for is not started, once there were too many. */
function repairLimit(facts: LaneFacts): Reason | null {
  const fact = findRepair(facts);
  return fact === null || isRepaired(facts.lane.branch, fact) ? null : judgeRepair(facts, fact);
}

/** Why the next run of a lane exists: by its stage and counters, because a wait in between replaces what the retry said. */
function purposeOf(lane: Lane): RunPurpose {
  if (lane.stage === "review_repair") return "repair";
  if (lane.lastRun === 0) return "first";
  if (lane.answer != null && lane.failures === 0) return "continuation";
  const isContinued = lane.retry?.kind === "continuation" || (lane.failures === 0 && lane.idleSessions > 0);
  return isContinued ? "continuation" : "retry";
}

function repairOf(facts: LaneFacts, purpose: RunPurpose) {
  if (purpose !== "repair") return { repairs: null, feedback: failureFeedback(facts) };
  const { branch } = facts.lane;
  const fact = findRepair(facts);
  const isNew = fact !== null && !isRepaired(branch, fact);
  return {
    repairs: isNew ? repairMark(facts.lane, fact) : (branch?.repairedFor ?? null),
    answers: answersOf(facts),
    feedback: repairFeedback(facts),
  };
}

function whyStart(facts: LaneFacts, purpose: RunPurpose): Reason {
  const { lane } = facts;
  const { identifier } = lane.issue;
  switch (purpose) {
    case "first":
      return because("first_start", `${identifier} is started for the first time.`);
    case "continuation":
      if (lane.answer != null) return because("answered", `${identifier} goes on: ${whoAnswered(lane.answer)}.`);
      return because("continued", `${identifier} goes on after a session without a deliverable.`);
    case "repair":
      return because(
        "repair_started",
        findRepair(facts)?.reason.sentence ?? `${identifier} is repaired: ${lane.reason.sentence}`,
      );
    case "retry":
      return because("retry_started", `${identifier} is tried again: ${lane.retry?.error ?? lane.reason.sentence}`);
  }
}

function whoAnswered({ text, author }: Answer): string {
  return text === null ? "it was let go without an answer" : `${author} answered its question`;
}

function wait(code: PolicyCode, sentence: string): Plan {
  return [{ do: "wait", reason: because(code, sentence) }];
}
