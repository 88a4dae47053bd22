/** What Maestro wants of the outside. Each is an idempotent intention, carried out once or looked up. */
export type Intent =
  | { readonly kind: "issue_move"; readonly issueId: string; readonly to: string; readonly from: string }
  | { readonly kind: "issue_comment"; readonly issueId: string; readonly topic: string; readonly body: string }
  | {
      readonly kind: "issue_label";
      readonly issueId: string;
      readonly add: string | null;
      readonly remove: string | null;
    }
  | { readonly kind: "push"; readonly branch: string; readonly sha: string; readonly expected: string | null }
  | {
      readonly kind: "ensure_change";
      readonly branch: string;
      readonly base: string;
      readonly headSha: string;
      readonly title: string;
      readonly body: string;
    }
  | {
      readonly kind: "publish_check";
      readonly changeId: string;
      readonly name: string;
      readonly headSha: string;
      readonly passed: boolean;
      readonly summary: string;
    }
  | {
      readonly kind: "review_change";
      readonly changeId: string;
      readonly headSha: string;
      readonly author: string;
      readonly decision: "approved" | "changes_requested";
      readonly body: string;
    }
  | { readonly kind: "merge"; readonly changeId: string; readonly headSha: string }
  | { readonly kind: "delete_branch"; readonly branch: string; readonly headSha: string | null };

/** Who carries an intent out: the orchestrator by API, or a worker that holds the lane's Git. */
export const WORKER_INTENTS: readonly Intent["kind"][] = ["push", "merge", "delete_branch"];

/**
 * `planned` is written with its reason; `sending` right before the request; then one of the ends.
 * `unknown` means that the answer was lost: only a look-up may end it, never a repetition.
 */
export type OutboxState = "planned" | "sending" | "unknown" | "done" | "refused";

/** An outside write. A projection of its events. */
export interface OutboxRow {
  /** Lane + intent + topic + revision; two plans with one key are one write. */
  readonly key: string;
  readonly workflowId: string;
  readonly laneId: string;
  readonly fence: number;
  readonly intent: Intent;
  readonly state: OutboxState;
  readonly tries: number;
  /** Not before this instant, epoch milliseconds. */
  readonly dueAt: number;
  /** Result for the reader: an id or url when done, the reason when refused. */
  readonly result: string | null;
  readonly plannedAt: number;
  readonly settledAt: number | null;
}

/** Whether a request may have gone out whose answer is not on record: only a look-up says what became of it. */
export function isBegun({ state }: OutboxRow): boolean {
  return state === "sending" || state === "unknown";
}

/**
 * Whether the orchestrator sees to a row: its own intents, and what a worker began and left when its work ended (`laneRests`). The
 * latter is looked up, never sent.
 */
export function isOrchestrators(row: OutboxRow, laneRests: boolean): boolean {
  return !WORKER_INTENTS.includes(row.intent.kind) || (laneRests && isBegun(row));
}

/** The key of an outside write. `revision` tells two writes on one topic apart, e.g. a head or a run number. */
export function outboxKey(laneId: string, kind: Intent["kind"], topic: string, revision: string): string {
  return [laneId, kind, topic, revision].join("/");
}
