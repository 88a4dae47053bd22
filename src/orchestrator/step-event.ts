import type { Event } from "../model/events/index.ts";
import type { Lane } from "../model/lane.ts";
import type { Step } from "../model/plan.ts";

/** The event that a step without a queue or outbox row is written as; `null` for one that has none. `actor`: who asked for it, by default what the tracker showed. */
export function eventOf(
  step: Step,
  { lane, now, actor = "tracker" }: { readonly lane: Lane; readonly now: number; readonly actor?: string },
): Event | null {
  switch (step.do) {
    case "cancel_work":
      return lane.work === null ? null : { type: "work_canceled", data: { id: lane.work.id, reason: step.reason } };
    case "accept_hand_off":
      return { type: "hand_off_accepted", data: { route: step.route, summary: step.summary, noChange: step.noChange } };
    case "stage":
      return { type: "lane_staged", data: { stage: step.stage, reason: step.reason } };
    case "schedule":
      return { type: "retry_scheduled", data: step.retry };
    case "clear_retry":
      return { type: "retry_cleared", data: { reason: step.reason } };
    case "park":
      return {
        type: "lane_parked",
        data: {
          ...{ ...step.reason, at: now, until: step.until },
          ...(step.question === undefined ? {} : { question: step.question }),
        },
      };
    case "unpark":
      return {
        type: "lane_unparked",
        data: {
          ...{ actor, reason: step.reason },
          ...(step.answer === undefined ? {} : { answer: step.answer }),
        },
      };
    case "close_lane":
      return { type: "lane_closed", data: { reason: step.reason } };
    default:
      return null;
  }
}
