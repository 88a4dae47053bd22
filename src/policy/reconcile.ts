import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import { reason } from "../model/verdict.ts";

/** What the tracker's present word means for a lane with running work (S-126…S-131). Asked on every tick. */
export function judgeReconcile(facts: LaneFacts): Plan {
  return [{ do: "wait", reason: reason("undecided", facts.lane.reason.sentence) }];
}
