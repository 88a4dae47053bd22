import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { Verdict } from "../model/verdict.ts";
import { no, yes } from "./codes.ts";

/** How long a tracker may go on showing an issue as it was before we closed its lane, milliseconds. */
const LAG_MS = 120_000;

/**
 * Whether an issue whose last lane is closed gets its next one. Right after the closing, a tracker that lags shows the issue as the lane
 * knew it; only what somebody touched since then is new work. Later there is no lag to fear.
 */
export function judgeReopen(closed: Lane, issue: Issue, now: number): Verdict {
  const known = closed.issue.updatedAt;
  const isOld = issue.updatedAt !== null && known !== null && issue.updatedAt <= known;
  if (isOld && now - (closed.closedAt ?? closed.updatedAt) < LAG_MS) {
    return no("closed_before", `Its lane ${closed.id} was closed after the issue last changed.`);
  }
  return yes("reopened", `The issue came back after its lane ${closed.id} was closed.`);
}
