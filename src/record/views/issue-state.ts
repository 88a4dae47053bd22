import type { RecordViews } from "../../contracts/record.ts";
import type { IssueStateDocument, SessionLog } from "../../model/documents/issue.ts";
import { isOpen, type Lane, type Run } from "../../model/lane.ts";
import { eventDocument } from "./events.ts";
import { queuedRetry } from "./fields.ts";
import { findLane } from "./find-lane.ts";
import { type LaneTold, laneRow } from "./lanes.ts";
import { hasWork, runningRow } from "./running.ts";

/** Events and transcripts that are shown. */
const MOST_EVENTS = 20;
const MOST_LOGS = 10;

/** What the caller knows beside the record. */
interface IssueStateParts {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where a run's transcript is served. Default: nowhere. */
  readonly transcriptUrl?: (laneId: string, run: number) => string;
  readonly told?: LaneTold;
}

/** What `GET /api/v1/<identifier>` shows (S-248), also of an issue that has ended; `null` for one that never had a lane. */
export async function issueState(
  views: RecordViews,
  identifier: string,
  parts: IssueStateParts,
): Promise<IssueStateDocument | null> {
  const lane = await findLane(views, identifier);
  if (lane === null) return null;
  const runs = await views.runsOfLane(lane.id, MOST_LOGS);
  const current = lane.work?.kind === "run" ? runs.find(({ number }) => number === lane.work?.run) : undefined;
  const events = await views.events({ laneId: lane.id, limit: MOST_EVENTS, newestFirst: true });
  return {
    issue_identifier: lane.issue.identifier,
    issue_id: lane.issue.id,
    status: statusOf(lane),
    workspace: { path: lane.workspacePath ?? null },
    attempts: {
      restart_count: Math.max(0, lane.lastRun - 1),
      current_retry_attempt: lane.retry?.attempt ?? (isOpen(lane) && lane.failures > 0 ? lane.failures : null),
    },
    running: hasWork(lane) ? runningRow(lane, current, parts.now) : null,
    retry: queuedRetry(lane.retry),
    logs: { codex_session_logs: await sessionLogs(views, lane, runs, parts) },
    recent_events: events.map(eventDocument).map(({ at, type, message }) => ({ at, event: type, message })),
    last_error: lane.retry?.error ?? lastFailure(runs),
    tracked: laneRow(lane, parts.told),
  };
}

function statusOf(lane: Lane): string {
  if (lane.work !== null) return "running";
  if (lane.parked !== null) return "parked";
  return lane.retry === null ? lane.stage : "retrying";
}

/** Of the newest run that ended, so that what was mended is no longer shown. */
function lastFailure(runs: readonly Run[]): string | null {
  const last = runs.findLast((run) => run.outcome !== null)?.outcome ?? null;
  return last === null || last.status === "succeeded" ? null : last.reason.sentence;
}

async function sessionLogs(
  views: RecordViews,
  lane: Lane,
  runs: readonly Run[],
  { transcriptUrl }: IssueStateParts,
): Promise<readonly SessionLog[]> {
  const query = { laneId: lane.id, types: ["transcript_kept"], limit: MOST_LOGS * 2, newestFirst: true };
  const kept = await views.events(query);
  const begun = runs.filter((run) => run.startedAt !== null).toReversed();
  return begun.map((run) => {
    const found = kept.findLast((stored) => stored.run === run.number)?.event;
    return {
      label: `run ${run.number}`,
      path: found?.type === "transcript_kept" ? found.data.file : null,
      url: transcriptUrl?.(lane.id, run.number) ?? null,
    };
  });
}
