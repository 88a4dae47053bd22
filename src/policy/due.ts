import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import { reason } from "../model/verdict.ts";

/** What to do with a lane in `working`, `released` or `review_repair` that has no work (S-120…S-124). */
export function planDue(facts: LaneFacts): Plan {
  return [{ do: "wait", reason: reason("undecided", facts.lane.reason.sentence) }];
}
