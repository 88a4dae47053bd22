import type { SecretRegistry } from "../base/redact.ts";
import type { EventDocument } from "../model/documents/event.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { Reading } from "./parts.ts";

/** An event as it is sent. It is written out when the first client takes it, and never while a commit waits. */
export interface Frame {
  readonly seq: number;
  readonly lane: string | null;
  text(): string;
}

/** Frames that are kept for clients that lag a little; the others read the record. */
const MAX_KEPT = 500;
/** Events of one look into the record. */
const PAGE = 200;

/**
 * The newest events, written out once for all clients. Subscribed to the record only while somebody follows, so that nobody pays for it
 * otherwise.
 */
export class EventFrames {
  readonly #reading: Reading;
  readonly #secrets: SecretRegistry;
  #kept: Frame[] = [];
  /** Every event after this one is kept. Unknown (infinite) until the first commit or look. */
  #floor = Number.POSITIVE_INFINITY;
  #unsubscribe: (() => void) | null = null;

  constructor(reading: Reading, secrets: SecretRegistry) {
    this.#reading = reading;
    this.#secrets = secrets;
  }

  /** Begins to follow; `onCommit` is called after each commit. Returns the seq of the newest event. */
  async follow(onCommit: () => void): Promise<number> {
    this.#unsubscribe ??= this.#reading.subscribe((events) => {
      this.#keep(events);
      onCommit();
    });
    const last = await this.#reading.lastSeq();
    if (this.#floor === Number.POSITIVE_INFINITY) this.#floor = last;
    return last;
  }

  /** Stops and forgets. */
  leave(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#kept = [];
    this.#floor = Number.POSITIVE_INFINITY;
  }

  /**
   * Events after a seq, oldest first, at most a page; `[]` when there are none yet. Those that have to be read are only the lane's (`null`: all).
   * May throw what reading the record throws.
   */
  after(seq: number, lane: string | null): readonly Frame[] | Promise<readonly Frame[]> {
    return seq < this.#floor ? this.#stored(seq, lane) : this.#keptAfter(seq);
  }

  #keptAfter(seq: number): readonly Frame[] {
    const [first] = this.#kept;
    if (first === undefined) return [];
    const start = first.seq > seq ? 0 : this.#kept.findIndex((frame) => frame.seq > seq);
    return start < 0 ? [] : this.#kept.slice(start, start + PAGE);
  }

  async #stored(seq: number, lane: string | null): Promise<readonly Frame[]> {
    const range = { afterSeq: seq, limit: PAGE, ...(lane === null ? {} : { laneId: lane }) };
    for (;;) {
      const floor = this.#floor;
      const events = await this.#reading.events(range);
      if (events.length > 0) return events.map((event) => this.#frameOf(event.seq, event.lane_id, () => event));
      // Nothing is left between here and what is kept, unless some of that was dropped meanwhile.
      if (this.#floor === floor) return this.#keptAfter(floor);
    }
  }

  #keep(events: readonly StoredEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    if (this.#floor === Number.POSITIVE_INFINITY) this.#floor = first.seq - 1;
    for (const stored of events)
      this.#kept.push(this.#frameOf(stored.seq, stored.laneId, () => this.#reading.eventDocument(stored)));
    const dropped = this.#kept.splice(0, Math.max(0, this.#kept.length - MAX_KEPT));
    this.#floor = dropped.at(-1)?.seq ?? this.#floor;
  }

  #frameOf(seq: number, lane: string | null, document: () => EventDocument): Frame {
    let text: string | null = null;
    return {
      seq,
      lane,
      text: () => {
        text ??= `id: ${seq}\nevent: record\ndata: ${this.#secrets.redact(JSON.stringify(document()))}\n\n`;
        return text;
      },
    };
  }
}
