import type { TokenUsage } from "./usage.ts";

/** What something has used up. Whole numbers, so that sums are the same in every order. */
export interface Spending {
  /** Input that came from no cache. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** With the reasoning. */
  readonly outputTokens: number;
  /** Part of the output. */
  readonly reasoningTokens: number;
  /** All tokens, in and out. */
  readonly totalTokens: number;
  /** Known money, in 10⁻⁹ US dollars. */
  readonly nanoUsd: number;
  /** Tokens whose price nobody knows: their money is unknown, not 0. */
  readonly unpricedTokens: number;
  readonly sessions: number;
  readonly turns: number;
  readonly modelCalls: number;
  /** How long sessions were open, milliseconds. */
  readonly wallMs: number;
}

/** Nothing at all. */
export const NO_SPENDING: Spending = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
  nanoUsd: 0,
  unpricedTokens: 0,
  sessions: 0,
  turns: 0,
  modelCalls: 0,
  wallMs: 0,
};

/** 10⁻⁹ US dollars in one. */
export const NANO_USD = 1_000_000_000;

/** The sum of two. */
export function addSpending(left: Spending, right: Spending): Spending {
  return combine(left, right, 1);
}

/** What `whole` is more than `part`. */
export function lessSpending(whole: Spending, part: Spending): Spending {
  return combine(whole, part, -1);
}

function combine(left: Spending, right: Spending, sign: 1 | -1): Spending {
  return {
    inputTokens: left.inputTokens + sign * right.inputTokens,
    cacheReadTokens: left.cacheReadTokens + sign * right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + sign * right.cacheWriteTokens,
    outputTokens: left.outputTokens + sign * right.outputTokens,
    reasoningTokens: left.reasoningTokens + sign * right.reasoningTokens,
    totalTokens: left.totalTokens + sign * right.totalTokens,
    nanoUsd: left.nanoUsd + sign * right.nanoUsd,
    unpricedTokens: left.unpricedTokens + sign * right.unpricedTokens,
    sessions: left.sessions + sign * right.sessions,
    turns: left.turns + sign * right.turns,
    modelCalls: left.modelCalls + sign * right.modelCalls,
    wallMs: left.wallMs + sign * right.wallMs,
  };
}

/** Tokens of which nothing but the two sums is known: their parts and their price are not. */
export function plainSpending({ inputTokens, outputTokens, totalTokens }: TokenUsage): Spending {
  return { ...NO_SPENDING, inputTokens, outputTokens, totalTokens, unpricedTokens: totalTokens };
}

/** Whom spending is put down to. */
export interface SpendingSource {
  /** Day in the workflow's time zone, `2026-11-20`: decided when it was counted, whatever the file says later. */
  readonly day: string;
  /** Kind of the agent provider. */
  readonly agent: string;
  /** `<kind>/<id>` of the account. */
  readonly account: string;
  /** 1-based; 0 for what belongs to no turn. */
  readonly turn: number;
}

/** One row of the ledger: what one turn of one run used of one model on one day. */
export interface LedgerRow extends SpendingSource {
  readonly laneId: string;
  readonly issueId: string;
  readonly identifier: string;
  readonly run: number;
  /** `null`: the agent did not name it. */
  readonly model: string | null;
  readonly spending: Spending;
}

/** The name of a row within its lane. */
export function ledgerKey({ run, turn, day, account, model }: Omit<LedgerRow, "spending">): string {
  return [run, turn, day, account, model ?? ""].join("/");
}
