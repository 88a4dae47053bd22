import type { AskedEvent } from "./asked.ts";
import type { LaneEvent } from "./lane.ts";
import type { OutsideEvent } from "./outside.ts";
import type { ServiceEvent } from "./service.ts";
import type { WorkEvent } from "./work.ts";

/** Everything that can stand on record. Decisions: service and lane families; observations: work and outside. */
export type Event = ServiceEvent | LaneEvent | AskedEvent | WorkEvent | OutsideEvent;

/** The name of an event. */
export type EventType = Event["type"];

/** The event of one name. */
export type EventOf<T extends EventType> = Extract<Event, { type: T }>;
