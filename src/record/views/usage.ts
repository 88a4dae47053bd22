import type { RecordViews } from "../../contracts/record.ts";
import { type UsageDocument, type UsageGroup, usageRow } from "../../model/documents/usage.ts";
import { addSpending, type LedgerRow, NO_SPENDING, type Spending } from "../../model/spending.ts";

/** Which usage, and how it is put together. */
export interface UsageAsked {
  readonly by: UsageGroup;
  readonly since: string | null;
  readonly until: string | null;
}

/** What the ledger says was used, in groups: days and turns in their order, all else with what used most first. */
export async function usageDocument(views: RecordViews | null, asked: UsageAsked): Promise<UsageDocument> {
  const { by, since, until } = asked;
  const query = { ...(since === null ? {} : { since }), ...(until === null ? {} : { until }) };
  const groups = new Map<string, Spending>();
  let total = NO_SPENDING;
  for (const row of (await views?.ledger?.(query)) ?? []) {
    const key = keyOf(row, by);
    groups.set(key, addSpending(groups.get(key) ?? NO_SPENDING, row.spending));
    total = addSpending(total, row.spending);
  }
  const isOrdered = by === "day" || by === "turn";
  const entries = [...groups].sort(([a, left], [b, right]) => {
    const more = isOrdered ? 0 : right.totalTokens - left.totalTokens;
    return more !== 0 ? more : a.localeCompare(b, "en", { numeric: true });
  });
  const rows = entries.map(([key, spending]) => usageRow(key, spending));
  return { version: 1, by, since, until, rows, total: usageRow("total", total) };
}

function keyOf(row: LedgerRow, by: UsageGroup): string {
  switch (by) {
    case "issue":
      return row.identifier;
    case "run":
      return `${row.identifier} ${row.laneId}/${row.run}`;
    case "turn":
      return `${row.identifier} ${row.laneId}/${row.run} turn ${row.turn}`;
    case "agent":
      return row.agent;
    case "account":
      return row.account;
    case "day":
      return row.day;
    case "model":
      return row.model ?? "unknown";
  }
}
