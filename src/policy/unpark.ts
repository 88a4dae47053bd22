import type { LaneFacts } from "../model/facts.ts";
import { refuse, type Verdict } from "../model/verdict.ts";

/**
 * Whether new input on the issue ends a lane's parking. Compares the fresh `facts.issue` with the snapshot `lane.issue`:
 * ask before that snapshot is refreshed, and refresh it in the same transaction.
 */
export function judgeUnpark(facts: LaneFacts): Verdict {
  return refuse("undecided", facts.lane.reason.sentence);
}
