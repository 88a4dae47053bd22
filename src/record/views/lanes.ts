import type { RecordViews } from "../../contracts/record.ts";
import type { EvidenceRow, LaneDocument, LaneRow } from "../../model/documents/lane.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import type { Lane } from "../../model/lane.ts";
import { possibleVerbs, type VerbFacts } from "../../policy/index.ts";
import { instant, instantOrNull, issueFields, plainReason, queuedRetry, tokenFields } from "./fields.ts";
import { type Page, runDocument } from "./runs.ts";

/** Runs and pieces of evidence that a lane's document shows. */
const MOST_ROWS = 50;

/** What is known of a lane beside its record. */
export interface LaneTold extends Omit<VerbFacts, "lane"> {
  /** What a running service says it waits for. */
  readonly reason?: LaneRow["reason"];
}

/** A lane in one line. */
export function laneRow(lane: Lane, told: LaneTold = {}): LaneRow {
  const { issue, branch } = lane;
  return {
    ...issueFields(issue),
    lane_id: lane.id,
    title: issue.title,
    state: issue.state,
    stage: lane.parked === null ? lane.stage : "parked",
    profile: lane.profile,
    reason: plainReason(lane.parked ?? (lane.work === null ? told.reason : undefined) ?? lane.reason),
    branch: branch?.name ?? null,
    change_id: branch?.changeId ?? null,
    change_url: branch?.changeUrl ?? null,
    runs: lane.lastRun,
    tokens: tokenFields(lane.usage),
    opened_at: instant(lane.openedAt),
    updated_at: instant(lane.updatedAt),
    closed_at: instantOrNull(lane.closedAt),
  };
}

/** Closed lanes, newest first. `before` is a lane id; an unknown one has nothing behind it. Open ones are all in the status. */
export async function closedLanePage(
  views: RecordViews,
  options: { readonly limit: number; readonly before?: string },
): Promise<Page<LaneRow>> {
  const rows = (await views.closedLanes(options.limit, options.before)).map((lane) => laneRow(lane));
  return { rows, next: rows.length < options.limit ? null : (rows.at(-1)?.lane_id ?? null) };
}

/** All that is known about one lane. Lists show the newest 50. */
export async function laneDocument(
  views: RecordViews,
  lane: Lane,
  now: number,
  told: LaneTold = {},
): Promise<LaneDocument> {
  const { issue, branch } = lane;
  const runs = await views.runsOfLane(lane.id, MOST_ROWS);
  const writes = (await views.openOutbox()).filter((row) => row.laneId === lane.id);
  return {
    ...laneRow(lane, told),
    version: 1,
    generated_at: instant(now),
    ordinal: lane.ordinal,
    description: issue.description,
    labels: issue.labels,
    priority: issue.priority,
    machine: lane.machine,
    workspace_path: lane.workspacePath ?? null,
    work: workOf(lane),
    queued_retry: queuedRetry(lane.retry),
    counters: { failures: lane.failures, interruptions: lane.interruptions, idle_sessions: lane.idleSessions },
    head_sha: branch?.headSha ?? null,
    base_sha: branch?.baseSha ?? null,
    validated_sha: branch?.validatedSha ?? null,
    merged_sha: branch?.mergedSha ?? null,
    run_rows: runs.map((run) => runDocument(run, issue)).reverse(),
    evidence: await evidenceRows(views, lane.id),
    pending_writes: writes.map(({ key, intent, state }) => ({ key, kind: intent.kind, state })),
    verbs: possibleVerbs({ lane, ...told }),
  };
}

function workOf({ work }: Lane): LaneDocument["work"] {
  if (work === null) return null;
  const { kind, run, state } = work;
  return { kind, run, state, since: instant(work.startedAt ?? work.queuedAt) };
}

async function evidenceRows(views: RecordViews, laneId: string): Promise<readonly EvidenceRow[]> {
  const query = { laneId, types: ["evidence_recorded"], limit: MOST_ROWS, newestFirst: true };
  return (await views.events(query)).flatMap(evidenceRow);
}

function evidenceRow({ event, at }: StoredEvent): EvidenceRow[] {
  return event.type === "evidence_recorded" ? [{ ...event.data, at: instant(at) }] : [];
}
