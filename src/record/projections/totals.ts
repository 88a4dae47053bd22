import type { RecordTotals } from "../../contracts/record.ts";
import type { Lane, Run } from "../../model/lane.ts";
import { addSpending, lessSpending, NO_SPENDING, type Spending } from "../../model/spending.ts";

/** Nothing happened yet. */
export const NO_TOTALS: RecordTotals = {
  lanes: 0,
  closedLanes: 0,
  runs: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  runMs: 0,
};

/** What one lane adds to the sums. Tokens count here, so that those of validation and landing are not lost. */
export function totalsOfLane(lane: Lane | undefined): RecordTotals {
  if (lane === undefined) return NO_TOTALS;
  return { ...NO_TOTALS, lanes: 1, closedLanes: lane.closedAt === null ? 0 : 1, ...lane.usage };
}

/** What one run adds to the sums: itself, and its time once it has ended. */
export function totalsOfRun(run: Run | undefined): RecordTotals {
  if (run === undefined) return NO_TOTALS;
  const { startedAt, endedAt } = run;
  return { ...NO_TOTALS, runs: 1, runMs: startedAt === null || endedAt === null ? 0 : endedAt - startedAt };
}

/** The sums with `more` of everything. */
export function addTotals(sums: RecordTotals, more: RecordTotals): RecordTotals {
  return combine(sums, more, 1);
}

/** The sums after one entity changed from `before` to `after`. */
export function moveTotals(sums: RecordTotals, before: RecordTotals, after: RecordTotals): RecordTotals {
  return combine(combine(sums, after, 1), before, -1);
}

function combine(left: RecordTotals, right: RecordTotals, sign: 1 | -1): RecordTotals {
  const spent = combineSpent(left.spent, right.spent, sign);
  return {
    lanes: left.lanes + sign * right.lanes,
    closedLanes: left.closedLanes + sign * right.closedLanes,
    runs: left.runs + sign * right.runs,
    inputTokens: left.inputTokens + sign * right.inputTokens,
    outputTokens: left.outputTokens + sign * right.outputTokens,
    totalTokens: left.totalTokens + sign * right.totalTokens,
    runMs: left.runMs + sign * right.runMs,
    ...(spent === undefined ? {} : { spent }),
  };
}

function combineSpent(left: Spending | undefined, right: Spending | undefined, sign: 1 | -1): Spending | undefined {
  if (right === undefined) return left;
  return (sign === 1 ? addSpending : lessSpending)(left ?? NO_SPENDING, right);
}
