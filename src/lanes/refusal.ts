import type { LaneFacts } from "../model/facts.ts";
import type { OutboxRow } from "../model/outbox.ts";
import type { Plan } from "../model/plan.ts";
import { reason } from "../model/verdict.ts";

/** What a refused outside write means for its lane. Asked once, in the transaction that settles the row as refused. */
export function planRefusal(facts: LaneFacts, row: OutboxRow): Plan {
  return [{ do: "wait", reason: reason("undecided", `${row.key} of ${facts.lane.id}`) }];
}
