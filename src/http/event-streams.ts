import type { Clock, Timer } from "../base/clock.ts";
import { toMaestroError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { GoodbyeDocument } from "../model/documents/api.ts";
import { EventClient, type Following } from "./event-client.ts";
import { EventFrames } from "./event-frames.ts";
import type { Reading } from "./parts.ts";

/** Between two signs of life, milliseconds. */
const HEARTBEAT_MS = 15_000;
/** Clients at once. */
const MAX_CLIENTS = 64;

/** What the streams are made with. */
export interface StreamParts {
  readonly reading: Reading;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everybody who follows the events. Nobody's slowness reaches the record or the others: each client takes what it can from what is kept. */
export class EventStreams {
  readonly #parts: StreamParts;
  readonly #frames: EventFrames;
  readonly #clients = new Set<EventClient>();
  #timer: Timer | null = null;
  #ended = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#frames = new EventFrames(parts.reading, parts.secrets);
  }

  /** How many follow. */
  get size(): number {
    return this.#clients.size;
  }

  /** A body for one more client, or why there is none. */
  async open(following: Following): Promise<ReadableStream<Uint8Array> | "full" | "ended"> {
    if (this.#ended) return "ended";
    if (this.#clients.size >= MAX_CLIENTS) return "full";
    const client = new EventClient({
      clock: this.#parts.clock,
      following,
      after: async (seq) => this.#frames.after(seq, following.lane),
      onEnd: () => this.#forget(client),
      onFailure: (error) =>
        this.#parts.log.warn("a client cannot follow the events", { code: toMaestroError(error).code }),
    });
    this.#clients.add(client);
    this.#timer ??= this.#parts.clock.setTimer(HEARTBEAT_MS, () => this.#beat());
    try {
      const last = await this.#frames.follow(() => this.#wake());
      return this.#ended ? "ended" : client.begin(last);
    } catch (error) {
      this.#forget(client);
      throw error;
    }
  }

  /** Says goodbye to all, at once, and takes no more. */
  end(reason: GoodbyeDocument["reason"]): void {
    this.#ended = true;
    for (const client of [...this.#clients]) client.end(reason);
  }

  #wake(): void {
    for (const client of this.#clients) client.wake();
  }

  #beat(): void {
    this.#timer = this.#parts.clock.setTimer(HEARTBEAT_MS, () => this.#beat());
    for (const client of [...this.#clients]) client.beat();
  }

  #forget(client: EventClient): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#frames.leave();
  }
}
