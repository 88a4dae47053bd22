import type { RecordViews } from "../../contracts/record.ts";
import type { RunDocument } from "../../model/documents/lane.ts";
import type { Issue } from "../../model/issue.ts";
import type { Run } from "../../model/lane.ts";
import { findLane } from "./find-lane.ts";
import { instant, instantOrNull, plainReason, runId, sessionId, tokenFields } from "./fields.ts";

/** A part of a list, and what to ask for the next one: pass `next` as `before`; `null` at the end. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** One run of this issue. */
export function runDocument(run: Run, issue: Pick<Issue, "id" | "identifier">): RunDocument {
  return {
    run_id: runId(run.laneId, run.number),
    lane_id: run.laneId,
    issue_id: issue.id,
    issue_identifier: issue.identifier,
    run: run.number,
    purpose: run.purpose,
    phase: run.phase,
    status: run.outcome?.status ?? "running",
    reason: run.outcome === null ? null : plainReason(run.outcome.reason),
    thread_id: run.sessionId,
    session_id: sessionId(run),
    turns: run.turns,
    tool_calls: run.toolCalls,
    tokens: tokenFields(run.usage),
    workspace_path: run.workspacePath,
    last_message: run.lastMessage,
    claimed_at: instant(run.claimedAt),
    started_at: instantOrNull(run.startedAt),
    ended_at: instantOrNull(run.endedAt),
    last_event_at: instant(run.lastEventAt),
    summary: run.summary ?? null,
  };
}

/** The newest runs over all issues, newest first. `before` is a run id; an unknown one has nothing behind it. */
export async function runPage(
  views: RecordViews,
  options: { readonly limit: number; readonly before?: string },
): Promise<Page<RunDocument>> {
  const before = options.before === undefined ? undefined : runNameOf(options.before);
  if (before === null) return { rows: [], next: null };
  const runs = await views.recentRuns(options.limit, before);
  const rows = await Promise.all(runs.map(async (run) => runDocument(run, await issueOf(views, run))));
  return { rows, next: rows.length < options.limit ? null : (rows.at(-1)?.run_id ?? null) };
}

/** The run that somebody means by `<lane>/<n>`, where the lane may be named by its issue, or the newest of a lane. */
export async function findRun(views: RecordViews, wanted: string): Promise<RunDocument | null> {
  const name = runNameOf(wanted);
  if (name === null) return null;
  const lane = await findLane(views, name.laneId);
  const run = lane === null ? undefined : await views.run(lane.id, name.number);
  return lane === null || run === undefined ? null : runDocument(run, lane.issue);
}

async function issueOf(views: RecordViews, { laneId }: Run): Promise<Pick<Issue, "id" | "identifier">> {
  return (await views.lane(laneId))?.issue ?? { id: laneId, identifier: laneId };
}

/** A run id in its parts; `null` when it is none. */
function runNameOf(text: string) {
  const [, laneId, number] = /^(.+)\/([1-9]\d{0,8})$/.exec(text) ?? [];
  return laneId === undefined || number === undefined ? null : { laneId, number: Number(number) };
}
