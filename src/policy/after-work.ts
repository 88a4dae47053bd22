import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import { reason } from "../model/verdict.ts";

/** What follows the end of a lane's work. Asked once for each piece of work whose state is `settled`. */
export function planAfterWork(facts: LaneFacts): Plan {
  return [{ do: "wait", reason: reason("undecided", facts.lane.reason.sentence) }];
}
