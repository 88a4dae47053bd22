import type { IssueFields, QueuedRetry, TokenFields } from "../../model/documents/status.ts";
import type { Issue } from "../../model/issue.ts";
import type { Retry, Run } from "../../model/lane.ts";
import type { TokenUsage } from "../../model/usage.ts";
import { type Reason, reason } from "../../model/verdict.ts";

// Parts that several documents have in common.

/** How a row names its issue. */
export function issueFields({ id, identifier, url }: Issue): IssueFields {
  return { issue_id: id, issue_identifier: identifier, issue_url: url };
}

/** Tokens under Symphony's names. */
export function tokenFields({ inputTokens, outputTokens, totalTokens }: TokenUsage): TokenFields {
  return { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: totalTokens };
}

/** A start that is due later; `null` when none is. */
export function queuedRetry(retry: Retry | null): QueuedRetry | null {
  if (retry === null) return null;
  const { kind, attempt, dueAt, error } = retry;
  return { kind, attempt, due_at: instant(dueAt), error };
}

/** A reason alone: verdicts and parkings carry more. */
export function plainReason({ code, sentence }: Reason): Reason {
  return reason(code, sentence);
}

/** Epoch milliseconds as ISO 8601 in UTC. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same for what may not have happened. */
export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}

/** How a run is called outside. */
export function runId(laneId: string, number: number): string {
  return `${laneId}/${number}`;
}

/** `<thread>-<turn>` (S-024); `null` before the first turn of a thread. */
export function sessionId(run: Pick<Run, "sessionId" | "turns" | "turnId">): string | null {
  return run.sessionId === null ? null : `${run.sessionId}-${run.turnId ?? run.turns}`;
}
