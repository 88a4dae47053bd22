import type { Clock } from "../../base/clock.ts";
import type { PresentState, RecordViews } from "../../contracts/record.ts";
import type { AccountPause } from "../../model/account.ts";
import type { OutsideDocument } from "../../model/documents/outside.ts";
import type {
  AccountPauseRow,
  RateLimits,
  RecentRow,
  RetryRow,
  StatusDocument,
  WaitingRow,
} from "../../model/documents/status.ts";
import { usageRow } from "../../model/documents/usage.ts";
import type { Issue } from "../../model/issue.ts";
import type { Lane, LaneStage, Run } from "../../model/lane.ts";
import type { Reason } from "../../model/verdict.ts";
import { NO_TOTALS } from "../projections/totals.ts";
import { approvalRows } from "./approvals.ts";
import { instant, issueFields, plainReason, queuedRetry, runId, tokenFields } from "./fields.ts";
import { nearLimits } from "./near-limits.ts";
import { needsPerson } from "./needs-person.ts";
import { hasWork, runningRow } from "./running.ts";

/** What a status is made of. */
export interface StatusParts {
  /** `null` when nothing ever ran. */
  readonly views: RecordViews | null;
  readonly clock: Clock;
  readonly workflow: StatusDocument["workflow"];
  readonly service: { readonly running: boolean; readonly pid: number | null };
  /** What a running service says about issues that wait; empty without one. Candidates are known only to it. */
  readonly waiting: readonly { readonly issue: Issue; readonly reason: Reason }[];
  /** What a running service knows of tracker and forge. */
  readonly outside?: OutsideDocument | null;
  /** The accounts that all services of this user share. Absent: nobody looked. */
  readonly accounts?: StatusDocument["accounts"];
  /** Pauses that are in force; absent: those on record. */
  readonly pauses?: readonly AccountPause[];
  /** Most rows of ended runs. Bounds nothing that is open. */
  readonly recentLimit: number;
}

/** Stages in which people, CI or the forge have the next word. */
const REVIEW: readonly LaneStage[] = ["review_wait", "review_repair", "ready_to_land"];

const NOTHING: PresentState = { lanes: [], runs: [], totals: NO_TOTALS, mode: "running", lastSeq: 0 };

/** The one status of a project, for `status --json`, the page and `GET /api/v1/state`. May throw what reading the record throws. */
export async function statusDocument(parts: StatusParts): Promise<StatusDocument> {
  const { views, clock, workflow, service } = parts;
  const now = clock.now();
  const { lanes, runs, totals, mode } = views === null ? NOTHING : await views.present();
  const runOf = new Map(runs.map((run) => [run.laneId, run]));
  const running = lanes.filter(hasWork).map((lane) => runningRow(lane, runOf.get(lane.id), now));
  const retrying = lanes.flatMap(retryRow);
  const ended = views === null ? [] : await endedRuns(views, runs, parts.recentLimit);
  const known = parts.pauses ?? (views === null ? [] : await pausesOnRecord(views));
  const pauses = pausedAccounts(known, now);
  const { accounts = [] } = parts;
  const near = views === null ? [] : await nearLimits(views, lanes);
  const approvals = approvalRows(lanes);
  const recent = await Promise.all(ended.map((run) => recentRow(views, run)));
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
    waiting: waitingRows(lanes, parts.waiting),
    recent: recent.flatMap((row) => row ?? []),
    ...(approvals.length === 0 ? {} : { approvals }),
    codex_totals: {
      ...tokenFields(totals),
      seconds_running: Math.round((totals.runMs + activeMs(runs, now)) / 1000),
    },
    rate_limits: rateLimits([...runs, ...ended]),
    ...(pauses.length === 0 ? {} : { account_pauses: pauses }),
    ...(near.length === 0 ? {} : { near_limits: near }),
    ...(accounts.length === 0 ? {} : { accounts }),
    ...(totals.spent === undefined ? {} : { spent: usageRow("total", totals.spent) }),
    ...(parts.outside == null ? {} : { outside: parts.outside }),
  };
}

function retryRow(lane: Lane): RetryRow[] {
  const retry = lane.work !== null || lane.parked !== null ? null : queuedRetry(lane.retry);
  return retry === null ? [] : [{ ...issueFields(lane.issue), lane_id: lane.id, ...retry }];
}

/** Lanes first, then candidates in the order in which they would be started. */
function waitingRows(lanes: readonly Lane[], told: StatusParts["waiting"]): WaitingRow[] {
  const reasons = new Map(told.map(({ issue, reason }) => [issue.id, reason]));
  const known = new Set(lanes.map((lane) => lane.issue.id));
  const resting = lanes.filter((lane) => lane.work === null && (lane.parked !== null || lane.retry === null));
  return [
    ...resting.map((lane) => restingRow(lane, reasons.get(lane.issue.id))),
    ...told.filter(({ issue }) => !known.has(issue.id)).map(({ issue, reason }) => candidateRow(issue, reason)),
  ];
}

function restingRow(lane: Lane, told: Reason | undefined): WaitingRow {
  const { issue, branch } = lane;
  return {
    ...issueFields(issue),
    lane_id: lane.id,
    title: issue.title,
    state: issue.state,
    stage: lane.parked === null ? lane.stage : "parked",
    branch: branch?.name ?? null,
    workspace_path: lane.workspacePath ?? null,
    change_id: branch?.changeId ?? null,
    change_url: branch?.changeUrl ?? null,
    needs_person: needsPerson(lane, told),
    reason: plainReason(lane.parked ?? told ?? lane.reason),
  };
}

function candidateRow(issue: Issue, reason: Reason): WaitingRow {
  return {
    ...issueFields(issue),
    lane_id: null,
    title: issue.title,
    state: issue.state,
    stage: "candidate",
    branch: null,
    workspace_path: null,
    change_id: null,
    change_url: null,
    needs_person: needsPerson(null, reason),
    reason: plainReason(reason),
  };
}

/** The newest runs may be under way, at most one per open lane. What is listed as running is never listed as ended, too. */
async function endedRuns(views: RecordViews, running: readonly Run[], limit: number): Promise<readonly Run[]> {
  const isRunning = new Set(running.map((run) => runId(run.laneId, run.number)));
  const newest = await views.recentRuns(limit + running.length);
  const ended = newest.filter((run) => run.outcome !== null && !isRunning.has(runId(run.laneId, run.number)));
  return ended.slice(0, limit);
}

/** What was heard last, of a run that goes on or of one that ended lately. */
function rateLimits(runs: readonly Run[]): RateLimits | null {
  const heard = runs.filter(({ capacity }) => capacity !== undefined);
  const last = heard.reduce<Run | undefined>(
    (a, b) => (a === undefined || b.lastEventAt > a.lastEventAt ? b : a),
    undefined,
  );
  if (last?.capacity === undefined) return null;
  return {
    agent: last.session?.agent ?? "",
    windows: last.capacity.map(({ window, usedShare, resetAt }) => ({
      window,
      used_share: usedShare,
      resets_at: resetAt === null ? null : instant(resetAt),
    })),
  };
}

async function recentRow(views: RecordViews | null, run: Run): Promise<RecentRow | null> {
  const lane = await views?.lane(run.laneId);
  if (lane === undefined || run.outcome === null) return null;
  return {
    ...issueFields(lane.issue),
    run_id: runId(run.laneId, run.number),
    title: lane.issue.title,
    lane_id: run.laneId,
    run: run.number,
    status: run.outcome.status,
    reason: run.outcome.reason.sentence,
    ended_at: instant(run.endedAt ?? run.lastEventAt),
    turns: run.turns,
  };
}

function activeMs(runs: readonly Run[], now: number): number {
  const starts = runs.flatMap((run) => (run.startedAt === null || run.endedAt !== null ? [] : [run.startedAt]));
  return starts.reduce((sum, start) => sum + Math.max(0, now - start), 0);
}

/** Pauses that are looked back at: far more than there are accounts. */
const PAUSES = 50;

/** The newest pause of each account. */
async function pausesOnRecord(views: RecordViews): Promise<readonly AccountPause[]> {
  const newest = new Map<string, AccountPause>();
  for (const { event } of await views.events({ types: ["account_paused"], limit: PAUSES, newestFirst: true })) {
    if (event.type === "account_paused" && !newest.has(event.data.account)) newest.set(event.data.account, event.data);
  }
  return [...newest.values()];
}

function pausedAccounts(pauses: readonly AccountPause[], now: number): AccountPauseRow[] {
  return pauses
    .filter(({ until }) => until > now)
    .map(({ account, until, published, code, sentence }) => ({
      account,
      until: instant(until),
      published,
      reason: { code, sentence },
    }));
}
