import { MaestroError } from "../base/errors.ts";
import type { EventDraft } from "../model/events/envelope.ts";
import type { Event } from "../model/events/index.ts";
import type { Lane } from "../model/lane.ts";
import type { WorkOutcome } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
import type { WorkSpec } from "../model/work.ts";

/** An event of a piece of work, under the given fence. */
export function eventOn(work: WorkSpec, fence: number | null, event: Event): EventDraft {
  return { workflowId: work.workflowId, laneId: work.laneId, run: work.run === 0 ? null : work.run, fence, event };
}

/** Why the work was called off on record, or `null`. */
export function canceledReason(lane: Lane, work: WorkSpec): Reason | null {
  return lane.work?.id === work.id ? lane.work.canceled : null;
}

/** The outcome of work that ended before anybody began it. */
export function canceledOutcome(why: Reason): WorkOutcome {
  return {
    status: "canceled",
    reason: why,
    failure: null,
    signal: { kind: "none" },
    headSha: null,
    changed: false,
    turns: 0,
    notBefore: null,
  };
}

/** Error of work whose lane is not on record. */
export function laneMissing(work: WorkSpec): MaestroError {
  return new MaestroError({
    code: "lane_missing",
    message: `Work ${work.id} belongs to lane ${work.laneId}, which is not on record.`,
    facts: { lane_id: work.laneId, work_id: work.id },
  });
}
