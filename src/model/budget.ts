import { formatDuration } from "../base/duration.ts";

/** What budgets are set on: one run, one issue in all its lanes, one day of the workflow, the workflow as long as it is on record. */
export const BUDGET_SCOPES = ["run", "issue", "day", "workflow"] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** What budgets count. */
export const BUDGET_COUNTS = ["tokens", "costUsd", "sessions", "turns", "modelCalls", "wallMs"] as const;
export type BudgetCount = (typeof BUDGET_COUNTS)[number];

/** The most that may be used of each; `null`: no limit. Money in US dollars, time in milliseconds. */
export type Limits = Readonly<Record<BudgetCount, number | null>>;

/** No limit at all. */
export const NO_LIMITS: Limits = {
  tokens: null,
  costUsd: null,
  sessions: null,
  turns: null,
  modelCalls: null,
  wallMs: null,
};

/** How the use of one limit stands. */
export interface BudgetLine {
  readonly scope: BudgetScope;
  readonly count: BudgetCount;
  readonly used: number;
  readonly limit: number;
}

/** A limit that was come near to, or reached, while a run went on. */
export interface BudgetMeeting extends BudgetLine {
  readonly level: "warned" | "reached";
}

/** Prices of one model in US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
}

const COUNT_WORDS: Readonly<Record<BudgetCount, string>> = {
  tokens: "tokens",
  costUsd: "US dollars",
  sessions: "sessions",
  turns: "turns",
  modelCalls: "calls of the model",
  wallMs: "of open sessions",
};

/** An amount of something that is counted, for people: `2 h`, `10 000 000`, `1.50`. */
export function amountWords(count: BudgetCount, amount: number): string {
  if (count === "wallMs") return formatDuration(amount);
  return count === "costUsd" ? amount.toFixed(2) : String(Math.round(amount)).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** A limit for people: `10 000 000 tokens`. */
export function limitWords(count: BudgetCount, limit: number): string {
  return `${amountWords(count, limit)} ${COUNT_WORDS[count]}`;
}

/** How the use of a limit stands, for people: `8 000 000 of 10 000 000 tokens of the run`. */
export function budgetWords({ scope, count, used, limit }: BudgetLine): string {
  return `${amountWords(count, used)} of ${limitWords(count, limit)} of the ${scope}`;
}
