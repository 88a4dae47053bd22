import type { LaneFacts } from "../model/facts.ts";
import type { Step } from "../model/plan.ts";
import { type Reason, reason } from "../model/verdict.ts";
import { describeWork } from "../policy/index.ts";
import { planLane } from "./plan-lane.ts";

/**
 * The one sentence that tells why a lane runs, waits or is parked. Built from the same tables that decide: what the lane
 * would be told to do now, with the reason of its last step.
 */
export function describeLane(facts: LaneFacts): Reason {
  const { lane } = facts;
  const { work, parked } = lane;
  if (lane.stage === "closed") return plain(lane.reason);
  if (work !== null && work.state !== "settled" && work.canceled !== null) {
    return reason("cancel_pending", `${describeWork(lane)} It is being stopped: ${work.canceled.sentence}`);
  }
  if (work !== null) return reason(work.state === "leased" ? "under_way" : "lane_has_work", describeWork(lane));
  if (parked !== null) return plain(parked);
  return (
    planLane(facts)
      .map(reasonOf)
      .findLast((why) => why !== null) ?? plain(lane.reason)
  );
}

function reasonOf(step: Step): Reason | null {
  return "reason" in step ? plain(step.reason) : null;
}

/** A parking or verdict carries more than its reason. */
function plain({ code, sentence }: Reason): Reason {
  return reason(code, sentence);
}
