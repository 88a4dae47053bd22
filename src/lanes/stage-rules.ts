import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import { HAND_OFF_TOPIC } from "../model/outbox-key.ts";
import { trackerState } from "../model/workflow.ts";
import {
  cleanSteps,
  clearRetry,
  comment,
  describeGate,
  fencedRevision,
  gateFacts,
  judgeGate,
  keepsLedger,
  moveToRoute,
  parkSteps,
  planDue,
  proofOf,
  runRevision,
  validateSteps,
  VALIDATION_CHECK,
  workpadStep,
  write,
} from "../policy/index.ts";
import { because, type Rule, waitFor } from "./rule.ts";

/** The rows of the stages whose next step does not depend on review. */
export const STAGE_RULES: readonly Rule[] = [
  {
    code: "review_resumed",
    stages: ["released"],
    when: isBackInReview,
    plan: ({ lane }) => [
      {
        do: "stage",
        stage: "review_wait",
        reason: because("review_resumed", `${lane.issue.identifier} is in review again.`),
      },
    ],
  },
  { code: "run_due", stages: ["working", "released"], when: () => true, plan: planDue },
  {
    code: "head_missing",
    stages: ["validating"],
    when: ({ lane }) => lane.branch?.headSha == null,
    plan: (facts) => {
      const why = because("head_missing", "The host knows no head to validate.");
      return [{ do: "stage", stage: "working", reason: why }, ...clearRetry(facts, why)];
    },
  },
  { code: "validation_due", stages: ["validating"], when: () => true, plan: planValidation },
  {
    code: "change_unseen",
    stages: ["handing_off"],
    when: ({ lane }) => lane.branch?.changeId == null,
    plan: () => waitFor(because("change_unseen", "The change has not been seen on the forge yet.")),
  },
  { code: "hand_off_told", stages: ["handing_off"], when: isUntold, plan: tellIssue },
  { code: "gate_shut", stages: ["handing_off"], when: isGateShut, plan: planShutGate },
  { code: "change_up", stages: ["handing_off"], when: () => true, plan: planReview },
  {
    code: "closeout_done",
    stages: ["closeout"],
    when: () => true,
    plan: (facts) => {
      const why = because("closeout_done", "Everything outside is settled; the workspace goes.");
      return [{ do: "stage", stage: "cleanup", reason: why }, ...cleanSteps(facts, why)];
    },
  },
  {
    code: "cleanup_due",
    stages: ["cleanup"],
    when: () => true,
    plan: (facts) => cleanSteps(facts, because("cleanup_due", facts.lane.reason.sentence)),
  },
];

function isBackInReview({ issue, lane, workflow }: LaneFacts): boolean {
  return lane.branch?.changeId != null && issue != null && trackerState(workflow, issue.state)?.category === "review";
}

function planValidation(facts: LaneFacts): Plan {
  const headSha = facts.lane.branch?.headSha;
  const why = because("validation_due", `The checks of ${facts.lane.issue.identifier} are started.`);
  return headSha == null ? waitFor(because("head_missing", why.sentence)) : validateSteps(facts, headSha, why);
}

/** The change has passed its gate: the issue is moved, and the lane waits for people. */
function planReview(facts: LaneFacts): Plan {
  const { handOff, lastRun } = facts.lane;
  const why = because("change_up", `Run ${lastRun} is up for review: ${whereIs(facts)}`);
  const move = handOff === null ? [] : moveToRoute(facts, handOff.route, runRevision(facts));
  return [{ do: "stage", stage: "review_wait", reason: why }, ...clearRetry(facts, why), ...move];
}

function whereIs({ lane: { branch }, change }: LaneFacts): string {
  return change?.url ?? branch?.changeUrl ?? `change ${branch?.changeId ?? ""}`;
}

/** Whether the issue does not know yet what was handed off and checked last. */
function isUntold({ lane }: LaneFacts): boolean {
  const told = proofOf(lane, "workpad");
  const checkedAt = proofOf(lane, "validation")?.at ?? 0;
  return told === undefined || told.headSha !== lane.branch?.headSha || told.at < checkedAt;
}

/** The host's check goes onto the change, and the words of the hand-off onto the issue: before it moves, so that reviewers find them. */
function tellIssue(facts: LaneFacts): Plan {
  const { handOff, lastRun, branch } = facts.lane;
  const summary = handOff?.summary ?? `Run ${lastRun} handed off.`;
  const head = branch?.headSha ?? "";
  const body = [summary, "", `Change: ${whereIs(facts)}`].join("\n");
  const told = comment(facts, HAND_OFF_TOPIC, body, fencedRevision(facts, head));
  const ledger = keepsLedger(facts.workflow) ? [workpadStep(facts.lane, fencedRevision(facts, head))] : [];
  const [first, ...rest] = [...checkSteps(facts), ...ledger, told];
  return first === undefined ? [told] : [first, ...rest];
}

function isGateShut(facts: LaneFacts): boolean {
  return !judgeGate("review", gateFacts(facts)).ok;
}

/** What passes by itself, or by a person's hand on the change. */
const WAITED_FOR: readonly string[] = [
  ...["change_unseen", "change_missing", "look_too_old", "change_head_differs"],
  ...["change_is_draft", "change_not_linked", "change_wrong_branch", "change_foreign"],
];
/** What checks and a push of the present head mend. */
const CHECKED_AGAIN: readonly string[] = [
  ...["validation_missing", "validation_stale", "validation_claimed", "push_missing", "push_stale"],
];

/** A gate that stays shut: the host mends what it can, the agent answers what people said, and the rest is for a person. */
function planShutGate(facts: LaneFacts): Plan {
  const verdict = judgeGate("review", gateFacts(facts));
  const why = because("gate_shut", describeGate(verdict));
  const codes = verdict.faults.map(({ code }) => code);
  // What became of a change that is not open is decided like in review.
  if (codes.includes("change_not_open")) return [{ do: "stage", stage: "review_wait", reason: why }];
  const hard = codes.filter((code) => !WAITED_FOR.includes(code));
  if (hard.length === 0) return waitFor(why);
  if (hard.every((code) => code === "discussion_open")) return [{ do: "stage", stage: "review_repair", reason: why }];
  const again = { do: "stage", stage: "validating", reason: why } as const;
  return hard.every((code) => CHECKED_AGAIN.includes(code)) ? [again] : [again, ...parkSteps(facts, "input", why)];
}

/** The host's own check, when there was anything to check. */
function checkSteps({ lane, workflow }: LaneFacts): readonly Step[] {
  const { branch } = lane;
  const { commands } = workflow.validation;
  if (branch === null || branch.changeId === null || branch.validatedSha === null || commands.length === 0) return [];
  const summary = `Passed on a clean checkout: ${commands.join("; ")}`;
  const { changeId, validatedSha: headSha } = branch;
  const intent = { kind: "publish_check" as const, changeId, name: VALIDATION_CHECK, headSha, passed: true, summary };
  return [write(intent, VALIDATION_CHECK, headSha)];
}
