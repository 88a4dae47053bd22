import type { BudgetCount, BudgetScope } from "../budget.ts";
import type { ServiceMode } from "../events/service.ts";
import type { LaneStage } from "../lane.ts";
import type { Reason } from "../verdict.ts";
import type { ApprovalRow } from "./approval.ts";
import type { OutsideDocument } from "./outside.ts";
import type { UsageRow } from "./usage.ts";

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
  readonly codex_totals: TokenFields & { readonly seconds_running: number };
  /** The last word of any agent's provider on the capacity of its account; `null` while none has said anything (S-243). */
  readonly rate_limits: RateLimits | null;
  /** Accounts that their providers turned away, until when nothing is started on them. Absent: none. */
  readonly account_pauses?: readonly AccountPauseRow[];
  /** Limits that work under way came near to or has used up. Absent: none. */
  readonly near_limits?: readonly NearLimitRow[];
  /** Every configured account, in the order of their names; absent: none is. */
  readonly accounts?: readonly AccountRow[];
  /** What was used in all. Absent: nothing. */
  readonly spent?: UsageRow;
  /** What people are asked, oldest first. Absent: nothing. */
  readonly approvals?: readonly ApprovalRow[];
  /** How the running service gets on with tracker and forge; absent without one. */
  readonly outside?: OutsideDocument;
}

/** What a provider said of an account's capacity. */
export interface RateLimits {
  readonly agent: string;
  readonly windows: readonly {
    readonly window: string;
    /** 0…1. */
    readonly used_share: number | null;
    readonly resets_at: string | null;
  }[];
}

/** How every row names its issue (S-247). */
export interface IssueFields {
  readonly issue_id: string;
  readonly issue_identifier: string;
  readonly issue_url: string | null;
}

/** Tokens under Symphony's names (S-247). */
export interface TokenFields {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
}

/** A start that is due later, seen from its lane. */
export interface QueuedRetry {
  readonly kind: string;
  readonly attempt: number;
  readonly due_at: string;
  readonly error: string | null;
}

/** A run that is queued or under way. All of them are shown, whatever the limit. */
export interface RunningRow extends IssueFields {
  /** `<lane>/<run>`; of work that is no run, `<lane>/<kind>`. */
  readonly run_id: string;
  readonly title: string;
  readonly state: string;
  readonly lane_id: string;
  readonly stage: LaneStage;
  readonly work: string;
  readonly run: number;
  readonly phase: string;
  /** Why nothing is heard of it: queued, silent, being stopped. `null` while it works. */
  readonly wait_reason: Reason | null;
  /** The agent's conversation. */
  readonly thread_id: string | null;
  /** `<thread>-<turn>` (S-024). */
  readonly session_id: string | null;
  readonly turn_count: number;
  readonly last_event: string | null;
  readonly last_message: string | null;
  readonly started_at: string;
  readonly last_event_at: string | null;
  /** Last thing that the run's worker put on record. */
  readonly last_run_activity_at: string | null;
  /** Last thing that the agent itself said or did. */
  readonly last_protocol_activity_at: string | null;
  /** Whole seconds since the later of the two. */
  readonly idle_seconds: number | null;
  /** What would follow by itself; `null` when nothing is planned. */
  readonly queued_retry: QueuedRetry | null;
  readonly machine: string;
  readonly workspace_path: string | null;
  /** The same folder under the name that Git users look for; `null` without a repository. */
  readonly worktree_path: string | null;
  readonly branch: string | null;
  readonly change_url: string | null;
  readonly tokens: TokenFields;
}

/** A start that is due later. */
export interface RetryRow extends IssueFields, QueuedRetry {
  readonly lane_id: string;
}

/** An issue that does not run, with the one sentence that says why. */
export interface WaitingRow extends IssueFields {
  /** `null` for a candidate, which has no lane yet. */
  readonly lane_id: string | null;
  readonly title: string;
  readonly state: string;
  readonly stage: LaneStage | "candidate" | "parked";
  readonly branch: string | null;
  readonly workspace_path: string | null;
  readonly change_id: string | null;
  readonly change_url: string | null;
  /** Whether a person has the next word: approve, answer, unpark. */
  readonly needs_person: boolean;
  readonly reason: Reason;
}

/** A run that ended. */
export interface RecentRow extends IssueFields {
  readonly run_id: string;
  readonly title: string;
  readonly lane_id: string;
  readonly run: number;
  readonly status: string;
  readonly reason: string;
  readonly ended_at: string;
  readonly turns: number;
}

/** A configured account, as all services of this user use it. */
export interface AccountRow {
  /** `<kind>/<id>`. */
  readonly account: string;
  readonly kind: string;
  readonly id: string;
  /** `own`: in the account's folder; `machine`: this machine's; `key`: in the credential store. */
  readonly login: "own" | "machine" | "key";
  readonly email: string | null;
  readonly enabled: boolean;
  readonly state: "ready" | "busy" | "paused" | "disabled";
  /** Why it is paused. */
  readonly reason: string | null;
  /** `null`: it is not, or until a person resumes it. */
  readonly paused_until: string | null;
  /** Runs that use it now. */
  readonly leases: number;
  /** Runs that may; `null`: as the workflow says. */
  readonly limit: number | null;
  readonly daily_token_budget: number | null;
  readonly cooldown_ms: number | null;
  /** Of all services, since midnight in UTC. */
  readonly today: { readonly tokens: number; readonly cost_usd: number; readonly sessions: number };
  /** What its provider said last of its capacity. */
  readonly windows: RateLimits["windows"];
  readonly verified: { readonly at: string; readonly ok: boolean; readonly sentence: string } | null;
}

/** A limit of a budget of which little or nothing is left. */
export interface NearLimitRow {
  /** `null` for limits of the day and of the workflow, which all issues share. */
  readonly issue_id: string | null;
  readonly issue_identifier: string | null;
  readonly scope: BudgetScope;
  readonly count: BudgetCount;
  /** When it was met; more may have been used since. US dollars for `costUsd`, milliseconds for `wallMs`. */
  readonly used: number;
  readonly limit: number;
  readonly level: "warned" | "reached";
  readonly at: string;
  readonly sentence: string;
}

/** A paused account. */
export interface AccountPauseRow {
  readonly account: string;
  readonly until: string;
  /** Whether the provider itself said until when. */
  readonly published: boolean;
  readonly reason: Reason;
}
