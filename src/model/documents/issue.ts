import type { LaneRow } from "./lane.ts";
import type { QueuedRetry, RunningRow } from "./status.ts";

/** What `GET /api/v1/<identifier>` shows of an issue under way or finished; the fields of S-248 keep their names. */
export interface IssueStateDocument {
  readonly issue_identifier: string;
  readonly issue_id: string;
  /** `running`, `retrying`, `parked`, else the stage of its newest lane. */
  readonly status: string;
  readonly workspace: { readonly path: string | null };
  readonly attempts: {
    /** Runs after the first one. */
    readonly restart_count: number;
    /** Of the start that is due, else the failures in a row; `null` when there is neither. */
    readonly current_retry_attempt: number | null;
  };
  readonly running: RunningRow | null;
  readonly retry: QueuedRetry | null;
  /** Newest first. */
  readonly logs: { readonly codex_session_logs: readonly SessionLog[] };
  /** Newest first. */
  readonly recent_events: readonly { readonly at: string; readonly event: string; readonly message: string }[];
  readonly last_error: string | null;
  readonly tracked: LaneRow;
}

/** Where the transcript of a run is. */
export interface SessionLog {
  readonly label: string;
  /** On the machine that holds the lane; `null` while the run lives. */
  readonly path: string | null;
  /** `null` where nothing serves it. */
  readonly url: string | null;
}
