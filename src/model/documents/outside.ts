import type { Reason } from "../verdict.ts";

/** How a running service gets on with tracker and forge. Instants are ISO 8601 in UTC. */
export interface OutsideDocument {
  readonly polling: {
    readonly interval_ms: number;
    /** Why it is slower than the workflow says; `null`: it is not. */
    readonly reason: Reason | null;
  };
  /** What is left of each credential's allowance, as the service that grants it said last. */
  readonly api_budgets: readonly ApiBudgetRow[];
  /** Issues that another Maestro has claimed. */
  readonly claims: readonly ClaimRow[];
}

/** One credential's allowance. */
export interface ApiBudgetRow {
  /** Who spends it: `tracker linear`, `forge github`. */
  readonly users: readonly string[];
  /** A hash of the credential. */
  readonly credential: string;
  readonly limit: number | null;
  readonly remaining: number | null;
  /** When it is full again. */
  readonly resets_at: string | null;
  /** Requests that this process has made with it. */
  readonly spent: number;
}

/** An issue that another Maestro works on. */
export interface ClaimRow {
  readonly issue_id: string;
  readonly issue_identifier: string;
  readonly owner: string;
  readonly until: string;
}
