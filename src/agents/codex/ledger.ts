import type { UsageDetails } from "../../contracts/agent-provider.ts";
import type { TokenUsage } from "../../model/usage.ts";
import type { TokenTotals } from "./schema.ts";

/** Tokens that were used since the last count. */
export interface Spent {
  readonly usage: TokenUsage;
  readonly details: UsageDetails;
}

/**
 * Counts a thread's tokens by the differences of its totals (S-236…S-239): what Codex calls the last usage does not add up. The totals of
 * a resumed thread are told again and hold what earlier runs were billed for; `baseline` says how much that was, `unknown` that nobody knows.
 */
export class TokenLedger {
  #counted: TokenTotals | "unknown";

  constructor(baseline: TokenUsage | "unknown") {
    this.#counted = baseline;
  }

  /** Takes totals; `null` when nothing was used since the last ones. */
  take(totals: TokenTotals): Spent | null {
    const before = this.#counted;
    this.#counted = totals;
    if (before === "unknown") return null;
    const usage = {
      inputTokens: grown(before.inputTokens, totals.inputTokens),
      outputTokens: grown(before.outputTokens, totals.outputTokens),
      totalTokens: grown(before.totalTokens, totals.totalTokens),
    };
    return usage.totalTokens === 0 ? null : { usage, details: detailsOf(before, totals) };
  }

  /** What the thread has used since it began, as far as it is known. */
  totals(): TokenUsage | null {
    if (this.#counted === "unknown") return null;
    const { inputTokens, outputTokens, totalTokens } = this.#counted;
    return { inputTokens, outputTokens, totalTokens };
  }
}

function detailsOf(before: TokenTotals, now: TokenTotals): UsageDetails {
  const part = (key: "cachedInputTokens" | "cacheWriteInputTokens" | "reasoningOutputTokens"): number | undefined => {
    const known = before[key] ?? (before.totalTokens === 0 ? 0 : undefined);
    const total = now[key];
    return known === undefined || total === undefined ? undefined : grown(known, total);
  };
  const cacheReadTokens = part("cachedInputTokens");
  const cacheWriteTokens = part("cacheWriteInputTokens");
  const reasoningTokens = part("reasoningOutputTokens");
  return {
    ...(cacheReadTokens === undefined ? {} : { cacheReadTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
}

function grown(before: number, now: number): number {
  return Math.max(0, now - before);
}
