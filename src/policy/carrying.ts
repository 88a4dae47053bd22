import { type Issue, sameState } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import { begunAnew, type LaneProgress, NO_PROGRESS } from "../model/progress.ts";
import { NO_SPENDING, type Spending } from "../model/spending.ts";

/**
 * What an issue's closed lane leaves to the next one: else an issue that comes back again and again would have a fresh budget each time.
 * An issue that somebody moved since begins its sessions anew.
 */
export function carriedFrom(
  last: Lane,
  issue: Issue,
): { readonly spent: Spending; readonly progress: LaneProgress } | undefined {
  if (last.spent === undefined && last.progress === undefined) return undefined;
  const left = last.ownMove ?? last.issue.state;
  const before = { ...(last.progress ?? NO_PROGRESS), failing: [], review: null, session: "none" as const };
  const progress = sameState(left, issue.state) ? before : begunAnew(before);
  return { spent: last.spent ?? NO_SPENDING, progress };
}
