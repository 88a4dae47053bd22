/** Tokens of a model, as deltas since the last report. Absolute totals are an adapter's matter (S-236…S-240). */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
}

/** No tokens at all. */
export const NO_USAGE: TokenUsage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };

/** The sum of two usages. */
export function addUsage(left: TokenUsage, right: TokenUsage): TokenUsage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    totalTokens: left.totalTokens + right.totalTokens,
  };
}

/** What was used since a total was `before`; a total that went down began anew. */
export function usageSince(before: TokenUsage, now: TokenUsage): TokenUsage {
  if (now.totalTokens < before.totalTokens) return now;
  return {
    inputTokens: Math.max(0, now.inputTokens - before.inputTokens),
    outputTokens: Math.max(0, now.outputTokens - before.outputTokens),
    totalTokens: now.totalTokens - before.totalTokens,
  };
}
