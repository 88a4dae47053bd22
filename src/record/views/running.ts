import { formatDuration } from "../../base/duration.ts";
import type { RunningRow } from "../../model/documents/status.ts";
import type { Lane, LaneWork, Run } from "../../model/lane.ts";
import { NO_USAGE } from "../../model/usage.ts";
import { type Reason, reason } from "../../model/verdict.ts";
import { instant, instantOrNull, issueFields, queuedRetry, runId, sessionId, tokenFields } from "./fields.ts";

/** From here on silence is worth a word, milliseconds. Far below every sensible stall limit (default five minutes). */
const SILENT_MS = 60_000;

/** A lane with work that is queued, under way, or ended and not yet looked at. */
export type WorkingLane = Lane & { readonly work: LaneWork };

/** Whether a lane has work. */
export function hasWork(lane: Lane): lane is WorkingLane {
  return lane.work !== null;
}

/** A lane's present work as a row. `run` is its run when the work is one. */
export function runningRow(lane: WorkingLane, run: Run | undefined, now: number): RunningRow {
  const { work, issue, branch } = lane;
  const heard = lastHeard(lane, run, now);
  const workspacePath = run?.workspacePath ?? lane.workspacePath ?? null;
  return {
    ...issueFields(issue),
    run_id: work.kind === "run" ? runId(lane.id, work.run) : `${lane.id}/${work.kind}`,
    title: issue.title,
    state: issue.state,
    lane_id: lane.id,
    stage: lane.stage,
    work: work.kind,
    run: work.run,
    phase: work.state === "leased" && run !== undefined ? run.phase : work.state,
    wait_reason: waitReason(work, heard.idleMs),
    thread_id: run?.sessionId ?? null,
    session_id: run === undefined ? null : sessionId(run),
    turn_count: run?.turns ?? 0,
    last_event: run?.lastEvent ?? null,
    last_message: run?.lastMessage ?? null,
    started_at: instant(work.startedAt ?? work.queuedAt),
    last_event_at: run === undefined ? null : instant(run.lastEventAt),
    last_run_activity_at: instantOrNull(heard.worker),
    last_protocol_activity_at: instantOrNull(heard.agent),
    idle_seconds: heard.idleMs === null ? null : Math.floor(heard.idleMs / 1000),
    queued_retry: queuedRetry(lane.retry),
    machine: lane.machine,
    workspace_path: workspacePath,
    worktree_path: branch === null ? null : workspacePath,
    branch: branch?.name ?? null,
    change_url: branch?.changeUrl ?? null,
    tokens: tokenFields(run?.usage ?? NO_USAGE),
  };
}

/** What a queue holds has not been heard of by anybody. Of work that is no run only its lane tells. */
function lastHeard(lane: WorkingLane, run: Run | undefined, now: number) {
  if (lane.work.state === "queued") return { worker: null, agent: null, idleMs: null };
  const worker = run?.lastEventAt ?? lane.updatedAt;
  const agent = run?.lastAgentAt ?? null;
  return { worker, agent, idleMs: Math.max(0, now - Math.max(worker, agent ?? 0)) };
}

function waitReason(work: LaneWork, idleMs: number | null): Reason | null {
  if (work.canceled !== null) return reason("cancel_pending", `It is being stopped: ${work.canceled.sentence}`);
  if (work.state === "queued") return reason("queued", "It is queued until a worker takes it.");
  if (work.state === "settled") return reason("settled", "It has ended; what follows is decided next.");
  if (idleMs === null || idleMs < SILENT_MS) return null;
  return reason("silent", `Nothing was heard of it for ${formatDuration(idleMs)}.`);
}
