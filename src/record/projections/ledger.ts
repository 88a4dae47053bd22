import type { StoredEvent } from "../../model/events/envelope.ts";
import type { Lane } from "../../model/lane.ts";
import {
  addSpending,
  type LedgerRow,
  ledgerKey,
  NO_SPENDING,
  plainSpending,
  type Spending,
} from "../../model/spending.ts";

/** The UTC day of an instant, for events of versions that did not say which day they belong to. */
function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** What an event says was used up; `null` when it says nothing of the kind. */
export function spendingIn({ event }: Pick<StoredEvent, "event">): Spending | null {
  if (event.type === "session_started") return { ...NO_SPENDING, sessions: 1 };
  if (event.type !== "usage_reported") return null;
  return event.data.spending ?? plainSpending(event.data.usage);
}

/** The row of the ledger that an event adds to, with what it adds; `null` when it adds nothing. */
export function ledgerRowIn(stored: StoredEvent, lane: Lane | undefined): LedgerRow | null {
  const spending = spendingIn(stored);
  const { event, run, at } = stored;
  if (spending === null || lane === undefined || run === null) return null;
  const issue = { laneId: lane.id, issueId: lane.issue.id, identifier: lane.issue.identifier, run };
  if (event.type === "session_started") {
    const { agent, account, day } = event.data;
    const source = { turn: 0, day: day ?? utcDay(at), agent, account: account ?? `${agent}/default`, model: null };
    return { ...issue, ...source, spending };
  }
  if (event.type !== "usage_reported") return null;
  const { source, model } = event.data;
  const told = source ?? { turn: 0, day: utcDay(at), agent: "unknown", account: "unknown/default" };
  return { ...issue, ...told, model, spending };
}

/** A row after more of the same. */
export function addToRow(row: LedgerRow | undefined, more: LedgerRow): LedgerRow {
  return row === undefined ? more : { ...row, spending: addSpending(row.spending, more.spending) };
}

/** The name of a row in maps of several lanes. */
export function rowName(row: LedgerRow): string {
  return `${row.laneId}/${ledgerKey(row)}`;
}
