import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import { reason } from "../model/verdict.ts";
import { COMMON_RULES } from "./common-rules.ts";
import { REVIEW_RULES } from "./review-rules.ts";
import { because, type Rule, waitFor } from "./rule.ts";
import { STAGE_RULES } from "./stage-rules.ts";

/** The classifier: all rows in the order in which they are asked. */
export const LANE_RULES: readonly Rule[] = [...COMMON_RULES, ...STAGE_RULES, ...REVIEW_RULES];

/** Steps after which a pending start is settled: it was taken up, replaced or dropped. */
const SETTLES_RETRY: readonly Step["do"][] = ["start_run", "start_land", "start_clean", "schedule", "clear_retry"];

/**
 * What to do with any open lane that has no work: the one question for every stage. Parked lanes and retries that are
 * not due wait; `working` and `released` lanes are policy's (`planDue`), the others are decided by the table of rules. A
 * due retry that review makes nothing of is dropped, so that it is not found due again at once.
 */
export function planLane(facts: LaneFacts): Plan {
  const rule = ruleFor(facts);
  if (rule === undefined) return waitFor(because("closed", facts.lane.reason.sentence));
  const plan = rule.plan(facts);
  const isRetryLeft = facts.lane.retry !== null && !plan.some((step) => SETTLES_RETRY.includes(step.do));
  if (!isRetryLeft || !REVIEW_RULES.includes(rule) || facts.lane.stage === "review_repair") return plan;
  return [{ do: "clear_retry", reason: reason(rule.code, "What it was due for no longer applies.") }, ...plan];
}

/** The row that decides. */
export function ruleFor(facts: LaneFacts): Rule | undefined {
  return LANE_RULES.find((rule) => rule.stages.includes(facts.lane.stage) && rule.when(facts));
}
