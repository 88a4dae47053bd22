import { BUDGET_COUNTS, type BudgetLine, type BudgetScope, budgetWords, type Limits } from "../model/budget.ts";
import type { Lane } from "../model/lane.ts";
import { NO_PROGRESS } from "../model/progress.ts";
import { NANO_USD, NO_SPENDING, type Spending } from "../model/spending.ts";
import type { Verdict } from "../model/verdict.ts";
import type { Budget, Workflow } from "../model/workflow.ts";
import { no, type PolicyCode, yes } from "./codes.ts";

/** What one scope has used of its limits. */
export interface BudgetUse {
  readonly scope: BudgetScope;
  readonly used: Spending;
  readonly limits: Limits;
}

/** What all work together has used: the day's and everything on record. */
export interface SharedUse {
  readonly day: Spending;
  readonly workflow: Spending;
}

/** Share of a limit that is told of, where the workflow says nothing. */
const WARN_AT = 0.8;

const EXHAUSTED: Readonly<Record<BudgetScope, PolicyCode>> = {
  run: "run_budget_exhausted",
  issue: "issue_budget_exhausted",
  day: "day_budget_exhausted",
  workflow: "workflow_budget_exhausted",
};

/** Every limit that is set, with what is used of it. */
export function budgetLines({ scope, used, limits }: BudgetUse): BudgetLine[] {
  return BUDGET_COUNTS.flatMap((count) => {
    const limit = limits[count];
    if (limit === null) return [];
    return [{ scope, count, limit, used: count === "costUsd" ? used.nanoUsd / NANO_USD : usedOf(used, count) }];
  });
}

function usedOf(used: Spending, count: Exclude<BudgetLine["count"], "costUsd">): number {
  return count === "tokens" ? used.totalTokens : used[count];
}

/** Whether all of a limit is used up. */
export function isReached({ used, limit }: BudgetLine): boolean {
  return used >= limit;
}

/** Whether so much of a limit is used that people are told. */
export function isNear({ used, limit }: BudgetLine, { warnAt = WARN_AT }: Pick<Budget, "warnAt">): boolean {
  return used >= limit * warnAt;
}

/**
 * Whether one more session can be paid for: something has to be left of every limit. Money of which nobody knows how much was spent is no
 * money that is left.
 */
export function judgeBudget(uses: readonly BudgetUse[]): Verdict {
  for (const use of uses) {
    const reached = budgetLines(use).find(isReached);
    if (reached !== undefined) {
      const key = `budget.${use.scope}.${KEYS[reached.count]}`;
      return no(EXHAUSTED[use.scope], `Used up: ${budgetWords(reached)}. The limit is ${key}.`);
    }
    if (use.limits.costUsd !== null && use.used.unpricedTokens > 0) {
      const what = `${use.used.unpricedTokens} tokens of the ${use.scope} have a price that nobody knows`;
      return no("price_unknown", `${what}, and budget.${use.scope}.cost_usd is set; name the model in budget.prices.`);
    }
  }
  return yes("affordable", "All budgets have something left.");
}

const KEYS: Readonly<Record<BudgetLine["count"], string>> = {
  tokens: "tokens",
  costUsd: "cost_usd",
  sessions: "sessions",
  turns: "turns",
  modelCalls: "model_calls",
  wallMs: "wall_ms",
};

/** What an issue has used, as its lane knows it: sessions since a person last acted, all else in its whole life. */
export function issueUse({ budget }: Pick<Workflow, "budget">, lane: Pick<Lane, "spent" | "progress">): BudgetUse[] {
  if (budget.issue === undefined) return [];
  const { sessions } = lane.progress ?? NO_PROGRESS;
  return [{ scope: "issue", used: { ...(lane.spent ?? NO_SPENDING), sessions }, limits: budget.issue }];
}

/** What all work together has used. `opening` sessions are as good as begun. */
export function sharedUse(
  { budget }: Pick<Workflow, "budget">,
  { day, workflow }: SharedUse,
  opening = 0,
): BudgetUse[] {
  const withOpening = (used: Spending): Spending => ({ ...used, sessions: used.sessions + opening });
  return [
    ...(budget.day === undefined ? [] : [{ scope: "day" as const, used: withOpening(day), limits: budget.day }]),
    ...(budget.workflow === undefined
      ? []
      : [{ scope: "workflow" as const, used: withOpening(workflow), limits: budget.workflow }]),
  ];
}
