import { MaestroError } from "../base/errors.ts";
import { EVENT_VERSION, type StoredEvent } from "../model/events/envelope.ts";
import { storedEvent } from "./map.ts";
import type { EventRow } from "./sql/tables.ts";

/**
 * The one place where an event on disk becomes one in memory, and where older versions will be lifted to the present one.
 * Throws `record_newer` for a version that this code does not know, `record_corrupt` for data that is no JSON object.
 */
export function liftEvent(row: EventRow): StoredEvent {
  if (row.version <= EVENT_VERSION) return storedEvent(row);
  throw new MaestroError({
    code: "record_newer",
    message: `Event ${row.seq} was written by a newer Maestro (version ${row.version}, this one reads up to ${EVENT_VERSION}).`,
    hint: "Use the Maestro that wrote it, or a later one.",
    facts: { seq: row.seq, version: row.version, reads: EVENT_VERSION },
  });
}
