import type { StoredEvent } from "../../model/events/envelope.ts";
import type { EventOf } from "../../model/events/index.ts";
import type { OutboxRow } from "../../model/outbox.ts";

/** The key of the outside write that an event is about, or `null`. */
export function outboxKeyOf({ event }: StoredEvent): string | null {
  switch (event.type) {
    case "outbox_planned":
    case "outbox_sending":
    case "outbox_unknown":
    case "outbox_postponed":
    case "outbox_settled":
      return event.data.key;
    default:
      return null;
  }
}

/** Whether a row still has to be carried out or looked up. */
export function isOpenRow(row: OutboxRow): boolean {
  return row.state !== "done" && row.state !== "refused";
}

/** The outside write after an event. Pure. A settled one stays as it is, but a refused one may be planned again. */
export function applyToOutbox(row: OutboxRow | undefined, stored: StoredEvent): OutboxRow | undefined {
  const { event } = stored;
  if (event.type === "outbox_planned") return plan(row, stored, event);
  return row === undefined || !isOpenRow(row) ? row : proceed(row, stored);
}

function plan(row: OutboxRow | undefined, stored: StoredEvent, { data }: EventOf<"outbox_planned">) {
  if (stored.laneId === null) return row;
  if (row !== undefined && row.state !== "refused") return renew(row, data);
  const fresh: OutboxRow = {
    key: data.key,
    workflowId: stored.workflowId,
    laneId: stored.laneId,
    fence: data.fence,
    intent: data.intent,
    state: "planned",
    tries: 0,
    dueAt: data.dueAt,
    result: null,
    plannedAt: stored.at,
    settledAt: null,
  };
  return fresh;
}

/** Two plans with one key are one write: the later one only lends its newer right to an open row. */
function renew(row: OutboxRow, data: EventOf<"outbox_planned">["data"]): OutboxRow {
  if (!isOpenRow(row) || data.fence <= row.fence) return row;
  return { ...row, fence: data.fence, dueAt: Math.min(row.dueAt, data.dueAt) };
}

/** Whether this event gives the row its place in the order: its first plan, or the one after a refusal. */
export function takesPlace(row: OutboxRow | undefined, stored: StoredEvent): boolean {
  return stored.event.type === "outbox_planned" && (row === undefined || row.state === "refused");
}

function proceed(row: OutboxRow, { event, at }: StoredEvent): OutboxRow {
  switch (event.type) {
    case "outbox_sending":
      return { ...row, state: "sending", tries: row.tries + 1 };
    case "outbox_unknown": {
      // A look-up that failed is a try as well, or an outside that is down would be asked for ever.
      const tries = row.state === "unknown" ? row.tries + 1 : row.tries;
      return { ...row, state: "unknown", tries, dueAt: event.data.dueAt, result: event.data.detail };
    }
    case "outbox_postponed":
      return { ...row, state: "planned", dueAt: event.data.dueAt, result: event.data.detail };
    case "outbox_settled":
      return { ...row, state: event.data.state, result: event.data.result, settledAt: at };
    default:
      return row;
  }
}
