import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import { planDue } from "../policy/index.ts";

/**
 * What to do with any open lane that has no work: the one question for every stage. Parked lanes and retries that are
 * not due wait; `working` and `released` lanes are policy's (`planDue`), the others are decided by the table of rules.
 */
export function planLane(facts: LaneFacts): Plan {
  return planDue(facts);
}
