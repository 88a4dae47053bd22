import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import { trackerState } from "../model/workflow.ts";
import {
  cleanSteps,
  clearRetry,
  comment,
  moveToRoute,
  planDue,
  runRevision,
  validateSteps,
  VALIDATION_CHECK,
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

/** The change stands: the host's check goes onto it, the issue is told and moved, and the lane waits for people. */
function planReview(facts: LaneFacts): Plan {
  const { branch, handOff, lastRun } = facts.lane;
  const url = facts.change?.url ?? branch?.changeUrl ?? null;
  const where = url === null ? `change ${branch?.changeId ?? ""}` : url;
  const why = because("change_up", `Run ${lastRun} is up for review: ${where}`);
  const body = [handOff?.summary ?? why.sentence, "", `Change: ${where}`].join("\n");
  const move = handOff === null ? [] : moveToRoute(facts, handOff.route, runRevision(facts));
  return [
    { do: "stage", stage: "review_wait", reason: why },
    ...clearRetry(facts, why),
    ...checkSteps(facts),
    comment(facts, "hand-off", body, runRevision(facts)),
    ...move,
  ];
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
