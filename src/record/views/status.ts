import type { Clock } from "../../base/clock.ts";
import type { RecordViews } from "../../contracts/record.ts";
import type { RecentRow, RetryRow, RunningRow, StatusDocument, WaitingRow } from "../../model/documents/status.ts";
import type { ServiceMode } from "../../model/events/service.ts";
import type { Issue } from "../../model/issue.ts";
import type { Lane, LaneStage, LaneWork, Run } from "../../model/lane.ts";
import { NO_USAGE, type TokenUsage } from "../../model/usage.ts";
import type { Reason } from "../../model/verdict.ts";
import { NO_TOTALS } from "../projections/totals.ts";

/** What a status is made of. */
export interface StatusParts {
  /** `null` when nothing ever ran. */
  readonly views: RecordViews | null;
  readonly clock: Clock;
  readonly workflow: StatusDocument["workflow"];
  readonly service: { readonly running: boolean; readonly pid: number | null };
  /** What a running service says about issues that wait; empty without one. Candidates are known only to it. */
  readonly waiting: readonly { readonly issue: Issue; readonly reason: Reason }[];
  /** Most rows of ended runs. Bounds nothing that is open. */
  readonly recentLimit: number;
}

/** Stages in which people, CI or the forge have the next word. */
const REVIEW: readonly LaneStage[] = ["review_wait", "review_repair", "ready_to_land"];

/** The one status of a project, for `status --json`, the page and `GET /api/v1/state`. May throw what reading the record throws. */
export async function statusDocument(parts: StatusParts): Promise<StatusDocument> {
  const { views, clock, workflow, service } = parts;
  const now = clock.now();
  const lanes = views === null ? [] : await views.openLanes();
  const totals = views === null ? NO_TOTALS : await views.totals();
  const mode: ServiceMode = views === null ? "running" : await views.mode();
  const atWork = await Promise.all(
    lanes.filter(hasWork).map(async (lane) => ({ lane, run: await runOf(views, lane) })),
  );
  const running = atWork.map(({ lane, run }) => runningRow(lane, run));
  const retrying = lanes.flatMap(retryRow);
  const waiting = waitingRows(lanes, parts.waiting);
  return {
    version: 1,
    generated_at: instant(now),
    workflow,
    service: { running: service.running, mode, pid: service.pid },
    counts: {
      running: running.length,
      retrying: retrying.length,
      parked: lanes.filter((lane) => lane.parked !== null).length,
      review: lanes.filter((lane) => lane.parked === null && REVIEW.includes(lane.stage)).length,
      closed: totals.closedLanes,
    },
    running,
    retrying,
    waiting,
    recent: views === null ? [] : await recentRows(views, lanes.length, parts.recentLimit),
    codex_totals: {
      ...tokens(totals),
      seconds_running: Math.round((totals.runMs + activeMs(atWork, now)) / 1000),
    },
    rate_limits: null,
  };
}

type WorkingLane = Lane & { readonly work: LaneWork };

function hasWork(lane: Lane): lane is WorkingLane {
  return lane.work !== null;
}

async function runOf(views: RecordViews | null, lane: WorkingLane): Promise<Run | undefined> {
  return lane.work.kind === "run" ? views?.run(lane.id, lane.work.run) : undefined;
}

function runningRow(lane: WorkingLane, run: Run | undefined): RunningRow {
  const { work, issue } = lane;
  return {
    ...issueFields(issue),
    title: issue.title,
    state: issue.state,
    lane_id: lane.id,
    stage: lane.stage,
    work: work.kind,
    run: work.run,
    phase: work.state === "leased" && run !== undefined ? run.phase : work.state,
    session_id: run?.sessionId ?? null,
    turn_count: run?.turns ?? 0,
    last_event: run?.lastEvent ?? null,
    last_message: run?.lastMessage ?? null,
    started_at: instant(work.startedAt ?? work.queuedAt),
    last_event_at: run === undefined ? null : instant(run.lastEventAt),
    workspace_path: run?.workspacePath ?? null,
    branch: lane.branch?.name ?? null,
    tokens: tokens(run?.usage ?? NO_USAGE),
  };
}

function retryRow(lane: Lane): RetryRow[] {
  const { retry } = lane;
  if (retry === null || lane.work !== null || lane.parked !== null) return [];
  const { kind, attempt, dueAt, error } = retry;
  return [{ ...issueFields(lane.issue), kind, attempt, due_at: instant(dueAt), error }];
}

/** Lanes first, then candidates in the order in which they would be started. */
function waitingRows(lanes: readonly Lane[], told: StatusParts["waiting"]): WaitingRow[] {
  const reasons = new Map(told.map(({ issue, reason }) => [issue.id, reason]));
  const known = new Set(lanes.map((lane) => lane.issue.id));
  const resting = lanes.filter((lane) => lane.work === null && (lane.parked !== null || lane.retry === null));
  return [
    ...resting.map((lane) =>
      waitingRow(lane.issue, {
        stage: lane.parked === null ? lane.stage : "parked",
        change_url: lane.branch?.changeUrl ?? null,
        reason: lane.parked ?? reasons.get(lane.issue.id) ?? lane.reason,
      }),
    ),
    ...told
      .filter(({ issue }) => !known.has(issue.id))
      .map(({ issue, reason }) => waitingRow(issue, { stage: "candidate", change_url: null, reason })),
  ];
}

function waitingRow(issue: Issue, rest: Pick<WaitingRow, "stage" | "change_url" | "reason">): WaitingRow {
  const { code, sentence } = rest.reason;
  return { ...issueFields(issue), title: issue.title, state: issue.state, ...rest, reason: { code, sentence } };
}

/** The newest runs may be under way, at most one per open lane. */
async function recentRows(views: RecordViews, open: number, limit: number): Promise<RecentRow[]> {
  const runs = (await views.recentRuns(limit + open)).filter((run) => run.outcome !== null).slice(0, limit);
  return Promise.all(
    runs.map(async (run) => ({
      issue_identifier: (await views.lane(run.laneId))?.issue.identifier ?? run.laneId,
      lane_id: run.laneId,
      run: run.number,
      status: run.outcome?.status ?? "",
      reason: run.outcome?.reason.sentence ?? "",
      ended_at: instant(run.endedAt ?? run.lastEventAt),
      turns: run.turns,
    })),
  );
}

function activeMs(atWork: readonly { readonly lane: WorkingLane; readonly run: Run | undefined }[], now: number) {
  const starts = atWork.flatMap(({ run }) => (run?.startedAt == null || run.endedAt !== null ? [] : [run.startedAt]));
  return starts.reduce((sum, start) => sum + Math.max(0, now - start), 0);
}

function issueFields(issue: Issue) {
  return { issue_id: issue.id, issue_identifier: issue.identifier, issue_url: issue.url };
}

function tokens({ inputTokens, outputTokens, totalTokens }: TokenUsage) {
  return { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: totalTokens };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
