/** What Maestro wants of the outside. Each is an idempotent intention, carried out once or looked up. */
export type Intent =
  | {
      readonly kind: "issue_move";
      readonly issueId: string;
      readonly to: string;
      readonly from: string;
      /** Asked for by an agent's tool: the agent learns of a refusal, and nothing else rests on it. */
      readonly byAgent?: true;
    }
  | { readonly kind: "issue_comment"; readonly issueId: string; readonly topic: string; readonly body: string }
  | {
      readonly kind: "issue_label";
      readonly issueId: string;
      readonly add: string | null;
      readonly remove: string | null;
    }
  | {
      readonly kind: "issue_update";
      readonly issueId: string;
      readonly change: { readonly priority?: number | null; readonly owner?: string | null; readonly type?: string };
      readonly addLabels: readonly string[];
      readonly removeLabels: readonly string[];
    }
  | {
      readonly kind: "issue_relation";
      readonly issueId: string;
      readonly relation: "duplicate_of" | "related";
      /** Of the other issue. */
      readonly identifier: string;
    }
  | {
      readonly kind: "issue_attach";
      readonly issueId: string;
      readonly url: string;
      readonly title: string;
      readonly link: "change" | "other";
    }
  | {
      readonly kind: "issue_follow_up";
      readonly issueId: string;
      /** Two follow-ups with one key are one. */
      readonly key: string;
      readonly title: string;
      readonly description: string | null;
      readonly state: string;
      readonly labels: readonly string[];
      readonly priority: number | null;
      readonly blockedBy: readonly string[];
    }
  | { readonly kind: "push"; readonly branch: string; readonly sha: string; readonly expected: string | null }
  | {
      readonly kind: "ensure_change";
      readonly branch: string;
      readonly base: string;
      readonly headSha: string;
      readonly title: string;
      readonly body: string;
      /** Not yet for review. Absent: it is, and a draft is made ready. */
      readonly draft?: true;
      /** As in `issue_move`. */
      readonly byAgent?: true;
    }
  | { readonly kind: "change_comment"; readonly changeId: string; readonly body: string }
  | {
      readonly kind: "change_reply";
      readonly changeId: string;
      readonly threadId: string;
      readonly body: string;
      /** Whether the thread is resolved with it. */
      readonly resolve: boolean;
    }
  | { readonly kind: "close_change"; readonly changeId: string }
  | { readonly kind: "request_reviewers"; readonly changeId: string; readonly reviewers: readonly string[] }
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

/** An outside write that a plan asks for; `topic` and `revision` make its key. */
export interface PlannedWrite {
  readonly intent: Intent;
  readonly topic: string;
  readonly revision: string;
}

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
