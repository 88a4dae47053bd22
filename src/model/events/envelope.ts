import type { Event } from "./index.ts";

/** The version that new events are written with. Older ones are lifted by `record`, newer ones are refused. */
export const EVENT_VERSION = 1;

/** What an event is about and under which right it is written. */
export interface EventScope {
  readonly workflowId: string;
  /** `null` for events of the service itself. */
  readonly laneId: string | null;
  readonly run: number | null;
  /** The writer's fence; `null` for decisions of the orchestrator, which itself guards the lane. */
  readonly fence: number | null;
}

/** An event as it is handed to the record, which adds seq, time and run_seq. */
export interface EventDraft extends EventScope {
  readonly event: Event;
}

/** An event on record. `seq` is given in commit order; `runSeq` counts within a run, without gaps, from 1. */
export interface StoredEvent extends EventScope {
  readonly version: number;
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly runSeq: number | null;
  readonly event: Event;
}
