import type { LaneFacts } from "../model/facts.ts";
import type { Reason } from "../model/verdict.ts";

/** The one sentence that tells why a lane runs, waits or is parked. Built from the same tables that decide. */
export function describeLane(facts: LaneFacts): Reason {
  return facts.lane.reason;
}
