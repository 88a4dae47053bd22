import { checkSummary } from "../model/change.ts";
import type { LaneFacts } from "../model/facts.ts";
import { type Issue, sameState } from "../model/issue.ts";
import type { Lane, LaneStage } from "../model/lane.ts";
import type { Plan } from "../model/plan.ts";
import { type Reason, reason } from "../model/verdict.ts";
import { isActive } from "../model/workflow.ts";
import {
  answersOf,
  attentionLabel,
  clearRetry,
  findRepair,
  gateFacts,
  hasLabel,
  isApproved,
  isUnconfirmed,
  planCard,
  isRepaired,
  isResumed,
  judgeAttention,
  judgeGate,
  judgeBreaker,
  judgeRepair,
  knownIssue,
  parkSteps,
  planCleanup,
  planDue,
  type RepairFact,
  repairFeedback,
  repairMark,
} from "../policy/index.ts";
import { landSteps } from "./land.ts";
import { because, type LaneCode, type Rule, waitFor } from "./rule.ts";

/** Stages that are decided by what people, CI and the forge say about the change. */
const REVIEW: readonly LaneStage[] = ["review_wait", "review_repair", "ready_to_land", "landing"];

/** The rows of review, in the order of what matters most. Merges and ended issues were dealt with before. */
export const REVIEW_RULES: readonly Rule[] = [
  rest("change_unknown", ({ change }) => change === undefined, "The forge could not be asked about the change."),
  rest("change_missing", ({ change }) => change === null, "The forge does not show the change."),
  { code: "change_closed_restart", stages: REVIEW, when: isGivenUp, plan: planNextLane },
  { code: "change_closed", stages: REVIEW, when: ({ change }) => change?.state === "closed", plan: planClosed },
  rest("issue_unknown", ({ issue }) => issue === undefined, "The tracker could not be asked about the issue."),
  rest(
    "issue_gone",
    ({ issue }) => issue === null,
    "The tracker no longer shows the issue; close or merge its change.",
  ),
  rest("opted_out", isOptedOut, "The issue carries the label that leaves it to people."),
  {
    code: "needs_attention",
    stages: REVIEW,
    when: (facts) => judgeAttention(facts.workflow, knownIssue(facts)) !== null,
    plan: (facts) => restFor(facts, judgeAttention(facts.workflow, knownIssue(facts)) ?? facts.lane.reason),
  },
  rest(
    "head_moved",
    isHeadForeign,
    "The change shows a head that Maestro did not push: merge it, or reset the branch.",
  ),
  { code: "card_due", stages: ["review_wait"], when: (facts) => planCard(facts) !== null, plan: moveCard },
  rest(
    "checks_unconfirmed",
    (facts) => isUnconfirmed(facts) && findRepair(facts)?.code === "required_checks_failed",
    "Required checks failed; the workflow wants to see that again before it counts.",
  ),
  { code: "repair_due", stages: REVIEW, when: (facts) => newRepair(facts) !== null, plan: planRepair },
  { code: "ready_to_land", stages: REVIEW, when: isReady, plan: planLanding },
  {
    code: "repair_resumed",
    stages: ["review_repair"],
    when: () => true,
    plan: planDue,
  },
  rest("waiting_repaired", hasOldRepair, "The last repair was handed off; look at the change again."),
  rest("change_draft", ({ change }) => change?.draft === true, "The change is a draft."),
  rest("checks_failed", (facts) => checksOf(facts) === "failed", "Maestro's own check failed at the present head."),
  rest(
    "checks_pending",
    (facts) => checksOf(facts) === "pending",
    "Required checks of the present head have not ended.",
  ),
  {
    code: "waiting_for_review",
    stages: REVIEW,
    when: (facts) => !isApprovedNow(facts),
    plan: (facts) => {
      const why = shutBy(facts, ["approval_guarded", "checks_unproven", "approval_missing", "changes_requested"]);
      return restFor(
        facts,
        because("waiting_for_review", why ?? "Nobody has approved the present head of the change."),
      );
    },
  },
  rest("head_not_validated", isUnvalidated, "The head of the change is not the one whose validation passed."),
  {
    code: "gate_shut",
    stages: REVIEW,
    when: isShutOtherwise,
    plan: (facts) => restFor(facts, because("gate_shut", shutBy(facts, []) ?? "The gate is shut.")),
  },
  { code: "forge_blocks", stages: REVIEW, when: (facts) => blockerOf(facts) !== undefined, plan: planBlocked },
  rest("mergeability_unknown", () => true, "The forge has not said whether the change merges cleanly."),
];

/** A row that waits in review. */
function rest(
  code: LaneCode | "issue_unknown" | "issue_gone" | "opted_out",
  when: Rule["when"],
  sentence: string,
): Rule {
  return { code, stages: REVIEW, when, plan: (facts) => restFor(facts, reason(code, sentence)) };
}

/** Waits; a lane that was on its way to landing goes back to review, one in repair stays there. */
function restFor({ lane }: LaneFacts, why: Reason): Plan {
  const isBack = lane.stage === "ready_to_land" || lane.stage === "landing";
  const { code, sentence } = why;
  return isBack ? [{ do: "stage", stage: "review_wait", reason: { code, sentence } }] : waitFor(why);
}

function isOptedOut(facts: LaneFacts): boolean {
  return hasLabel(knownIssue(facts), facts.workflow.tracker.optOutLabel);
}

/** A person closed the change and wants the work done again: the issue is active, and not only because we left it so. */
function isGivenUp({ change, issue, lane, workflow }: LaneFacts): boolean {
  if (change?.state !== "closed" || issue === undefined) return false;
  return issue === null || (isActive(workflow, issue.state) && (!isLeftByUs(lane, issue) || isResumed(lane)));
}

/** Whether nobody but Maestro has moved the issue to where it is shown, or a tracker that lags does not show our last move yet. */
function isLeftByUs({ ownMove, ownMoves = [] }: Lane, issue: Issue): boolean {
  return ownMoves.length > 0 || (ownMove != null && sameState(ownMove, issue.state));
}

function planNextLane(facts: LaneFacts): Plan {
  const why = because("change_closed_restart", "The change was closed without merging; this lane ends.");
  const label = attentionLabel(facts, false, `closed-${facts.change?.id ?? ""}`);
  if (label.length === 0) return planCleanup(facts, why);
  // The label has to be off before the lane can end: a closed lane settles no writes.
  return [{ do: "stage", stage: "cleanup", reason: why }, ...clearRetry(facts, why), ...label];
}

function planClosed(facts: LaneFacts): Plan {
  const { identifier } = facts.lane.issue;
  const mend = `Move ${identifier} to an active state for a new change, or to its end.`;
  return parkSteps(facts, "input", because("change_closed", `The change was closed without merging. ${mend}`));
}

/** A head that the host neither pushed nor validated. A forge that lags shows an older one; that passes by itself. */
function isHeadForeign({ change, lane }: LaneFacts): boolean {
  const { branch } = lane;
  return change != null && ![branch?.pushedSha, branch?.validatedSha, branch?.headSha].includes(change.headSha);
}

function newRepair(facts: LaneFacts): RepairFact | null {
  const fact = findRepair(facts);
  return fact !== null && !isRepaired(facts.lane.branch, fact) ? fact : null;
}

function hasOldRepair(facts: LaneFacts): boolean {
  return findRepair(facts) !== null;
}

function planRepair(facts: LaneFacts): Plan {
  const { stage } = facts.lane;
  const fact = newRepair(facts);
  if (fact === null) return waitFor(facts.lane.reason);
  const limit = judgeBreaker(facts, null, fact.byHuman) ?? judgeRepair(facts, fact);
  if (limit !== null) return parkSteps(facts, "input", limit);
  const start = {
    do: "start_run",
    purpose: "repair",
    repairs: repairMark(facts.lane, fact),
    answers: answersOf(facts),
    feedback: repairFeedback(facts),
    reason: fact.reason,
  } as const;
  return stage === "review_repair" ? [start] : [{ do: "stage", stage: "review_repair", reason: fact.reason }, start];
}

function moveCard(facts: LaneFacts): Plan {
  return planCard(facts) ?? waitFor(facts.lane.reason);
}

function checksOf({ change }: LaneFacts) {
  return change == null ? "none" : checkSummary(change);
}

function isApprovedNow(facts: LaneFacts): boolean {
  return facts.change != null && isApproved(facts, facts.change);
}

/**
 * Whether the change shows anything but a head that the host validated. Newer commits that a broken-off repair left in the workspace do
 * not matter: they were never handed over, and what people approved is the head that they saw.
 */
function isUnvalidated({ change, lane }: LaneFacts): boolean {
  return change != null && change.headSha !== lane.branch?.validatedSha;
}

/** Why the forge itself would refuse the merge. Asking it nevertheless would only count as a failure. */
function blockerOf({ change }: LaneFacts): string | undefined {
  return change?.blockers?.[0];
}

function planBlocked(facts: LaneFacts): Plan {
  return restFor(facts, because("forge_blocks", `The forge does not allow the merge yet: ${blockerOf(facts) ?? ""}`));
}

/** Every signal speaks for landing, about the one head that the host validated. */
function isReady(facts: LaneFacts): boolean {
  return judgeGate("landing", gateFacts(facts)).ok;
}

/** Why the gate before landing stays shut, by one of these codes, else by whichever is first. */
function shutBy(facts: LaneFacts, wanted: readonly string[]): string | undefined {
  const { faults } = judgeGate("landing", gateFacts(facts));
  const fault = faults.find(({ code }) => wanted.includes(code)) ?? faults[0];
  return fault === undefined ? undefined : `${fault.sentence} ${fault.mend}`;
}

/** Codes that other rows tell in their own words. */
const TOLD_ELSEWHERE: readonly string[] = ["merge_unknown", "merge_behind", "merge_blocked"];

function isShutOtherwise(facts: LaneFacts): boolean {
  const { faults } = judgeGate("landing", gateFacts(facts));
  return faults.some(({ code }) => !TOLD_ELSEWHERE.includes(code));
}

function planLanding(facts: LaneFacts): Plan {
  const { change } = facts;
  return change == null ? waitFor(facts.lane.reason) : landSteps(facts, change);
}
