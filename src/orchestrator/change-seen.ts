import { type Change, checkSummary, reviewDecision } from "../model/change.ts";
import type { EventDraft } from "../model/events/envelope.ts";
import type { Lane } from "../model/lane.ts";

/** The observation of a change in the facts that lanes decide on. */
export function changeSeen(lane: Lane, change: Change): EventDraft {
  return {
    workflowId: lane.workflowId,
    laneId: lane.id,
    run: null,
    fence: null,
    event: {
      type: "change_seen",
      data: {
        changeId: change.id,
        url: change.url,
        state: change.state,
        headSha: change.headSha,
        mergedSha: change.mergedSha,
        review: reviewDecision(change),
        checks: checkSummary(change),
      },
    },
  };
}
