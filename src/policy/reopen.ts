import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { Verdict } from "../model/verdict.ts";
import { no, yes } from "./codes.ts";

/**
 * Whether an issue whose last lane is closed gets its next one. A tracker that lags shows the issue as it was before we closed it; only
 * an issue that somebody touched since then is new work.
 */
export function judgeReopen(closed: Lane, issue: Issue): Verdict {
  const closedAt = closed.closedAt ?? closed.updatedAt;
  if (issue.updatedAt !== null && issue.updatedAt <= closedAt) {
    return no("closed_before", `Its lane ${closed.id} was closed after the issue last changed.`);
  }
  return yes("reopened", `The issue came back after its lane ${closed.id} was closed.`);
}
