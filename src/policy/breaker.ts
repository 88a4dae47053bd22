import type { LaneFacts } from "../model/facts.ts";
import { begunAnew, type LaneProgress, NO_PROGRESS, sessionEnded } from "../model/progress.ts";
import type { Reason } from "../model/verdict.ts";
import { issueUse, judgeBudget } from "./budget.ts";
import { because } from "./codes.ts";

/** How the lane gets on, once the run that has just ended is counted. */
function progressOf({ lane }: LaneFacts): LaneProgress {
  // Lanes of older versions know only their clean sessions.
  const progress = lane.progress ?? { ...NO_PROGRESS, stale: lane.idleSessions };
  const outcome = lane.work?.kind === "run" ? lane.work.outcome : null;
  return outcome == null ? progress : sessionEnded(progress, outcome);
}

/**
 * Why the lane starts nothing more by itself: too many sessions without progress, or its issue has used up its budget. `null` when it may go
 * on. `last` is told with it; `asked`: a person asks for the next session, which begins the count anew.
 */
export function judgeBreaker(facts: LaneFacts, last: string | null = null, asked = false): Reason | null {
  const limit = facts.workflow.agent.maxSessionsWithoutProgress;
  const progress = asked ? begunAnew(progressOf(facts)) : progressOf(facts);
  const { stale } = progress;
  if (limit > 0 && stale >= limit) {
    const count = stale === 1 ? "A session" : `${stale} sessions in a row`;
    const told = last === null ? "" : ` The last one: ${last}`;
    return because("no_progress", `${count} made no progress that Maestro could see.${told}`);
  }
  const verdict = judgeBudget(issueUse(facts.workflow, { ...facts.lane, progress }));
  return verdict.ok ? null : { code: verdict.code, sentence: verdict.sentence };
}
