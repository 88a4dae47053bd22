import type { LaneVerb } from "../command.ts";
import type { Evidence } from "../evidence.ts";
import type { LaneStage } from "../lane.ts";
import type { RunSummary } from "../run-summary.ts";
import type { RunPhase, RunPurpose, WorkStatus } from "../run.ts";
import type { Reason } from "../verdict.ts";
import type { IssueFields, QueuedRetry, TokenFields } from "./status.ts";

/** A lane in one line: open ones with what they wait for, closed ones with how they ended. Instants are ISO 8601 in UTC. */
export interface LaneRow extends IssueFields {
  readonly lane_id: string;
  readonly title: string;
  readonly state: string;
  readonly stage: LaneStage | "parked";
  readonly profile: string;
  /** Why it stands there. */
  readonly reason: Reason;
  readonly branch: string | null;
  readonly change_id: string | null;
  readonly change_url: string | null;
  readonly runs: number;
  readonly tokens: TokenFields;
  readonly opened_at: string;
  readonly updated_at: string;
  readonly closed_at: string | null;
}

/** All that is known about one lane: what `show`, `explain`, `GET /api/v2/lanes/<lane>` and the page of an issue show. */
export interface LaneDocument extends LaneRow {
  readonly version: 1;
  readonly generated_at: string;
  /** 1 for the issue's first lane. */
  readonly ordinal: number;
  readonly description: string | null;
  readonly labels: readonly string[];
  readonly priority: number | null;
  readonly machine: string;
  readonly workspace_path: string | null;
  /** What is under way: `run`, `validate`, `land` or `clean` with its state and since when; `null` while the lane rests. */
  readonly work: {
    readonly kind: string;
    readonly run: number;
    readonly state: string;
    readonly since: string;
  } | null;
  readonly queued_retry: QueuedRetry | null;
  readonly counters: { readonly failures: number; readonly interruptions: number; readonly idle_sessions: number };
  readonly head_sha: string | null;
  readonly base_sha: string | null;
  readonly validated_sha: string | null;
  readonly merged_sha: string | null;
  /** Newest first. */
  readonly run_rows: readonly RunDocument[];
  /** Newest first. */
  readonly evidence: readonly EvidenceRow[];
  /** Outside writes that have not ended, oldest first. */
  readonly pending_writes: readonly { readonly key: string; readonly kind: string; readonly state: string }[];
  /** What a person may ask for now; the others would be refused. */
  readonly verbs: readonly LaneVerb[];
}

/** One worker session, under way or ended: what `show <run>` and `GET /api/v2/runs/<lane>/<run>` show. */
export interface RunDocument {
  readonly run_id: string;
  readonly lane_id: string;
  readonly issue_id: string;
  readonly issue_identifier: string;
  readonly run: number;
  readonly purpose: RunPurpose;
  readonly phase: RunPhase;
  readonly status: WorkStatus | "running";
  readonly reason: Reason | null;
  readonly thread_id: string | null;
  readonly session_id: string | null;
  readonly turns: number;
  readonly tool_calls: number;
  readonly tokens: TokenFields;
  readonly workspace_path: string | null;
  readonly last_message: string | null;
  readonly claimed_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly last_event_at: string;
  /** Written when the run ended; `null` before, and for a run whose worker died. */
  readonly summary: RunSummary | null;
}

/** A fact on record with the instant at which it was seen. */
export interface EvidenceRow extends Evidence {
  readonly at: string;
}
