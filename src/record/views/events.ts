import type { EventDocument } from "../../model/documents/event.ts";
import { eventWords } from "../../model/documents/event-words.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import { instant } from "./fields.ts";

/** An event on record as people and programs outside see it. */
export function eventDocument({ seq, at, laneId, run, event }: StoredEvent): EventDocument {
  const { words, weight } = eventWords(event, at);
  return {
    seq,
    at: instant(at),
    type: event.type,
    lane_id: laneId,
    run,
    // What the agent itself said stays as it is.
    message: event.type === "progress_seen" ? words : words.slice(0, 1).toUpperCase() + words.slice(1),
    weight,
    data: { ...event.data },
  };
}
