import type { ServiceMode } from "../events/service.ts";
import type { LaneStage } from "../lane.ts";
import type { Reason } from "../verdict.ts";

/** What `status --json` and `GET /api/v1/state` show; the fields of S-247 keep their names. Instants are ISO 8601 in UTC. */
export interface StatusDocument {
  readonly version: 1;
  readonly generated_at: string;
  readonly workflow: {
    readonly id: string;
    readonly path: string | null;
    readonly problem: string | null;
    /** What the file says without being in force, each located. Absent: unknown, because the file has a problem. */
    readonly warnings?: readonly string[];
  };
  readonly service: { readonly running: boolean; readonly mode: ServiceMode; readonly pid: number | null };
  readonly counts: {
    readonly running: number;
    readonly retrying: number;
    readonly parked: number;
    readonly review: number;
    readonly closed: number;
  };
  readonly running: readonly RunningRow[];
  readonly retrying: readonly RetryRow[];
  /** Every other open lane and every candidate that waits, each with its reason. */
  readonly waiting: readonly WaitingRow[];
  readonly recent: readonly RecentRow[];
  readonly codex_totals: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly total_tokens: number;
    readonly seconds_running: number;
  };
  readonly rate_limits: null;
}

/** A run that is queued or under way. */
export interface RunningRow {
  readonly issue_id: string;
  readonly issue_identifier: string;
  readonly issue_url: string | null;
  readonly title: string;
  readonly state: string;
  readonly lane_id: string;
  readonly stage: LaneStage;
  readonly work: string;
  readonly run: number;
  readonly phase: string;
  readonly session_id: string | null;
  readonly turn_count: number;
  readonly last_event: string | null;
  readonly last_message: string | null;
  readonly started_at: string;
  readonly last_event_at: string | null;
  readonly workspace_path: string | null;
  readonly branch: string | null;
  readonly tokens: { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number };
}

/** A start that is due later. */
export interface RetryRow {
  readonly issue_id: string;
  readonly issue_identifier: string;
  readonly issue_url: string | null;
  readonly kind: string;
  readonly attempt: number;
  readonly due_at: string;
  readonly error: string | null;
}

/** An issue that does not run, with the one sentence that says why. */
export interface WaitingRow {
  readonly issue_id: string;
  readonly issue_identifier: string;
  readonly issue_url: string | null;
  readonly title: string;
  readonly state: string;
  readonly stage: LaneStage | "candidate" | "parked";
  readonly change_url: string | null;
  readonly reason: Reason;
}

/** A run that ended. */
export interface RecentRow {
  readonly issue_identifier: string;
  readonly lane_id: string;
  readonly run: number;
  readonly status: string;
  readonly reason: string;
  readonly ended_at: string;
  readonly turns: number;
}
