import type { SecretRegistry } from "../base/redact.ts";
import type { EventDocument } from "../model/documents/event.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { Reading } from "./parts.ts";

/** An event as it is sent. */
export interface Frame {
  readonly seq: number;
  readonly lane: string | null;
  readonly text: string;
}

/** Frames that are kept for clients that lag a little; the others read the record. */
const MAX_KEPT = 1_000;
/** Characters of kept frames, for the same. */
const MAX_KEPT_LENGTH = 1024 * 1024;
/** Events of one look into the record. */
const PAGE = 200;

/**
 * The newest events, written out once for all clients. Subscribed to the record only while somebody follows, so that nobody pays for it
 * otherwise; what a commit costs is one look at its events.
 */
export class EventFrames {
  readonly #reading: Reading;
  readonly #secrets: SecretRegistry;
  #kept: Frame[] = [];
  #length = 0;
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
    this.#length = 0;
    this.#floor = Number.POSITIVE_INFINITY;
  }

  /** Events after a seq, oldest first, at most a page; `[]` when there are none yet. May throw what reading the record throws. */
  after(seq: number): readonly Frame[] | Promise<readonly Frame[]> {
    return seq < this.#floor ? this.#stored(seq) : this.#keptAfter(seq);
  }

  #keptAfter(seq: number): readonly Frame[] {
    const [first] = this.#kept;
    if (first === undefined) return [];
    const start = first.seq > seq ? 0 : this.#kept.findIndex((frame) => frame.seq > seq);
    return start < 0 ? [] : this.#kept.slice(start, start + PAGE);
  }

  async #stored(seq: number): Promise<readonly Frame[]> {
    for (;;) {
      const floor = this.#floor;
      const events = await this.#reading.events({ afterSeq: seq, limit: PAGE });
      if (events.length > 0) return events.map((event) => this.#frameOf(event));
      // Nothing is left between here and what is kept, unless some of that was dropped meanwhile.
      if (this.#floor === floor) return this.#keptAfter(floor);
    }
  }

  #keep(events: readonly StoredEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    if (this.#floor === Number.POSITIVE_INFINITY) this.#floor = first.seq - 1;
    for (const stored of events) {
      const frame = this.#frameOf(this.#reading.eventDocument(stored));
      this.#kept.push(frame);
      this.#length += frame.text.length;
    }
    this.#trim();
  }

  #trim(): void {
    let dropped = 0;
    for (const frame of this.#kept) {
      if (this.#kept.length - dropped <= MAX_KEPT && this.#length <= MAX_KEPT_LENGTH) break;
      dropped += 1;
      this.#length -= frame.text.length;
      this.#floor = frame.seq;
    }
    if (dropped > 0) this.#kept.splice(0, dropped);
  }

  #frameOf(event: EventDocument): Frame {
    const data = this.#secrets.redact(JSON.stringify(event));
    return { seq: event.seq, lane: event.lane_id, text: `id: ${event.seq}\nevent: record\ndata: ${data}\n\n` };
  }
}
