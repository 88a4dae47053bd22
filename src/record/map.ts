import type { JsonObject, JsonValue } from "../base/json.ts";
import type { Command, CommandAnswer } from "../model/command.ts";
import type { EventDraft, StoredEvent } from "../model/events/envelope.ts";
import type { Event } from "../model/events/index.ts";
import type { ServiceMode } from "../model/events/service.ts";
import type { Evidence } from "../model/evidence.ts";
import type { Lane, Run } from "../model/lane.ts";
import type { OutboxRow } from "../model/outbox.ts";
import type { LedgerRow } from "../model/spending.ts";
import type { RecordTotals } from "../contracts/record.ts";
import { corruptRow } from "./store-error.ts";
import type {
  CommandRow,
  DocumentRow,
  EventRow,
  EvidenceRow,
  LaneRow,
  LedgerTableRow,
  OutboxTableRow,
  RunRow,
} from "./sql/tables.ts";

// Rows hold what this folder wrote: they are parsed, and a text that is no JSON object is a damaged row.

/** The data of an event as plain JSON, for redaction. */
export function eventData(draft: EventDraft): JsonObject {
  return draft.event.data as unknown as JsonObject;
}

/** An event from its parts on disk. Unknown types are passed on: they change no projection. */
export function eventOf(type: string, data: JsonValue): Event {
  return { type, data } as unknown as Event;
}

/** The event in a row of the present version; `upcast.ts` knows the others. */
export function storedEvent(row: EventRow): StoredEvent {
  return {
    version: row.version,
    seq: row.seq,
    at: row.at,
    workflowId: row.workflow_id,
    laneId: row.lane_id,
    run: row.run,
    runSeq: row.run_seq,
    fence: row.fence,
    event: eventOf(row.type, document("events", String(row.seq), row.data)),
  };
}

/** The lane in a row. Throws `record_corrupt`, like all of these. */
export function laneOf(row: Pick<LaneRow, "id" | "data">): Lane {
  return document<Lane>("lanes", row.id, row.data);
}

/** The run in a row. */
export function runOf(row: Pick<RunRow, "lane_id" | "number" | "data">): Run {
  return document<Run>("runs", `${row.lane_id}/${row.number}`, row.data);
}

/** The row of the ledger in a row. */
export function ledgerRowOf(row: Pick<LedgerTableRow, "lane_id" | "key" | "data">): LedgerRow {
  return document<LedgerRow>("ledger", `${row.lane_id}/${row.key}`, row.data);
}

/** The evidence in a row. */
export function evidenceOf(row: Pick<EvidenceRow, "seq" | "data">): Evidence {
  return document<Evidence>("evidence", String(row.seq), row.data);
}

/** The outside write in a row. */
export function outboxOf(row: Pick<OutboxTableRow, "key" | "data">): OutboxRow {
  return document<OutboxRow>("outbox", row.key, row.data);
}

/** The command in a row. */
export function commandOf(row: CommandRow): Command {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    actor: row.actor,
    verb: row.verb,
    arguments: document<JsonObject>("commands", row.id, row.arguments),
    askedAt: row.asked_at,
    answer: row.answer === null ? null : document<CommandAnswer>("commands", row.id, row.answer),
  };
}

/** The sums in a row. */
export function totalsOf(row: DocumentRow): RecordTotals {
  return document<RecordTotals>("totals", row.workflow_id, row.data);
}

/** The service's mode in a row. */
export function modeOf(row: DocumentRow): ServiceMode {
  return document<{ mode: ServiceMode }>("service", row.workflow_id, row.data).mode;
}

/** JSON text as a value, without looking inside. */
export function plainJson(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}

function document<T>(table: string, key: string, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw corruptRow(table, key, "its data is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw corruptRow(table, key, "its data is no JSON object");
  }
  return value as T;
}
