import type { Spending } from "../spending.ts";

/** What usage is put together by. */
export const USAGE_GROUPS = ["issue", "run", "turn", "agent", "account", "day", "model"] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

/** What one issue, run, day and so on has used. */
export interface UsageRow {
  /** Identifier of the issue, `<identifier>/<run>`, day, and so on. */
  readonly key: string;
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly output_tokens: number;
  /** Part of the output. */
  readonly reasoning_tokens: number;
  readonly total_tokens: number;
  /** US dollars; `null`: nobody knows the price of any of it. With `unpriced_tokens` it is the known part. */
  readonly cost_usd: number | null;
  readonly unpriced_tokens: number;
  readonly sessions: number;
  readonly turns: number;
  readonly model_calls: number;
  /** How long sessions were open. */
  readonly wall_ms: number;
}

/** What `maestro usage --json` and `GET /api/v2/usage` show. */
export interface UsageDocument {
  readonly version: 1;
  readonly by: UsageGroup;
  /** First and last day, both included; `null`: from the first one, to the last one. */
  readonly since: string | null;
  readonly until: string | null;
  readonly rows: readonly UsageRow[];
  readonly total: UsageRow;
}

/** Spending under the names of documents. */
export function usageRow(key: string, spending: Spending): UsageRow {
  const { nanoUsd, unpricedTokens, totalTokens } = spending;
  const isUnknown = unpricedTokens > 0 && nanoUsd === 0;
  return {
    key,
    input_tokens: spending.inputTokens,
    cache_read_tokens: spending.cacheReadTokens,
    cache_write_tokens: spending.cacheWriteTokens,
    output_tokens: spending.outputTokens,
    reasoning_tokens: spending.reasoningTokens,
    total_tokens: totalTokens,
    cost_usd: isUnknown ? null : Math.round(nanoUsd / 1_000) / 1_000_000,
    unpriced_tokens: unpricedTokens,
    sessions: spending.sessions,
    turns: spending.turns,
    model_calls: spending.modelCalls,
    wall_ms: spending.wallMs,
  };
}
