import type { Change } from "../../src/model/change.ts";
import type { LaneRow, RunDocument } from "../../src/model/documents/lane.ts";
import type { StatusDocument, WaitingRow } from "../../src/model/documents/status.ts";

/** A status in which nothing happens. */
export function emptyStatus(changes: Partial<StatusDocument> = {}): StatusDocument {
  return {
    version: 1,
    generated_at: "2026-01-01T00:00:00.000Z",
    workflow: { id: "demo-00000000", path: "/demo/WORKFLOW.md", problem: null },
    service: { running: true, mode: "running", pid: 1 },
    counts: { running: 0, retrying: 0, parked: 0, review: 0, closed: 0 },
    running: [],
    retrying: [],
    waiting: [],
    recent: [],
    codex_totals: { input_tokens: 0, output_tokens: 0, total_tokens: 0, seconds_running: 0 },
    rate_limits: null,
    ...changes,
  };
}

/** An issue that waits for a lane. */
export function aCandidate(identifier: string, changes: Partial<WaitingRow> = {}): WaitingRow {
  return {
    issue_id: `id-${identifier}`,
    issue_identifier: identifier,
    issue_url: null,
    lane_id: null,
    title: `Title of ${identifier}`,
    state: "Todo",
    stage: "candidate",
    branch: null,
    workspace_path: null,
    change_id: null,
    change_url: null,
    needs_person: false,
    reason: { code: "no_slot", sentence: "All agents are at work." },
    ...changes,
  };
}

/** A lane: open, unless it is told when it was closed. */
export function aLaneRow(identifier: string, changes: Partial<LaneRow> = {}): LaneRow {
  return {
    issue_id: `id-${identifier}`,
    issue_identifier: identifier,
    issue_url: null,
    lane_id: `lane_${identifier}`,
    title: `Title of ${identifier}`,
    state: "In Progress",
    stage: "working",
    profile: "coding_pr_delivery",
    reason: { code: "running", sentence: "An agent works on it." },
    branch: `maestro/${identifier.toLowerCase()}`,
    change_id: null,
    change_url: null,
    runs: 1,
    tokens: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    opened_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
    closed_at: null,
    ...changes,
  };
}

/** A lane that has ended. */
export function aClosedLane(identifier: string, changes: Partial<LaneRow> = {}): LaneRow {
  return aLaneRow(identifier, { stage: "closed", closed_at: "2026-01-01T00:00:00.000Z", ...changes });
}

/** A run under way. */
export function aRun(laneId: string, run: number): RunDocument {
  return {
    run_id: `${laneId}/${run}`,
    lane_id: laneId,
    issue_id: "id-A",
    issue_identifier: "A",
    run,
    purpose: "first",
    phase: "streaming_turn",
    status: "running",
    reason: null,
    thread_id: null,
    session_id: null,
    turns: 0,
    tool_calls: 0,
    tokens: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
    workspace_path: null,
    last_message: null,
    claimed_at: "2026-01-01T00:00:00.000Z",
    started_at: null,
    ended_at: null,
    last_event_at: "2026-01-01T00:00:00.000Z",
    summary: null,
  };
}

/** An open change that nobody has looked at. */
export function aChange(id: string, changes: Partial<Change> = {}): Change {
  return {
    id,
    url: null,
    title: `Change ${id}`,
    body: "",
    branch: "maestro/a",
    base: "main",
    headSha: "a".repeat(40),
    baseSha: null,
    state: "open",
    draft: false,
    mergeability: "clean",
    mergedSha: null,
    reviews: [],
    comments: [],
    checks: [],
    updatedAt: 0,
    ...changes,
  };
}
