import type { Clock } from "../base/clock.ts";
import type { GoodbyeDocument, HelloDocument } from "../model/documents/api.ts";
import type { Frame } from "./event-frames.ts";

/** Longest time in which a client takes nothing of what waits for it, milliseconds. */
const SLOW_MS = 30_000;
/** How soon a client that lost us comes back, milliseconds. */
const RETRY_MS = 2_000;
/** Characters of one piece that is sent. */
const PIECE = 64 * 1024;
/** Sent when nothing else is: a comment. */
const HEARTBEAT = ": alive\n\n";

/** What a client wants to follow. */
export interface Following {
  /** Begin after this event; `null`: with what happens from now on. */
  readonly after: number | null;
  /** Only this lane. */
  readonly lane: string | null;
  /** Whether the client may still listen. */
  readonly isValid: () => boolean;
}

/** What a client is made with. */
export interface ClientParts {
  readonly clock: Clock;
  readonly following: Following;
  readonly after: (seq: number) => Promise<readonly Frame[]>;
  readonly onEnd: () => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * One client. It holds no queue of its own: when the last piece was taken it fetches the next, so that a slow one only falls behind. One
 * that takes nothing for too long is told goodbye and let go; it goes on with the id that it saw last.
 */
export class EventClient {
  readonly #parts: ClientParts;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #cursor = 0;
  #wakeUp: ((isBeat: boolean) => void) | null = null;
  /** Since when a piece waits to be taken, on the monotonic clock. */
  #offeredAt: number | null = null;
  #isBehind = false;
  #done = false;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  /** The body of the answer. */
  begin(last: number): ReadableStream<Uint8Array> {
    const { after } = this.#parts.following;
    this.#cursor = after === null ? last : Math.min(after, last);
    const hello: HelloDocument = { version: 1, seq: last, after: this.#cursor };
    const text = `retry: ${RETRY_MS}\nid: ${this.#cursor}\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        this.#offer(text);
      },
      pull: () => this.#pull(),
      cancel: () => this.#finish(),
    });
  }

  /** Something was committed. */
  wake(): void {
    if (this.#wakeUp === null) this.#isBehind = true;
    else this.#wakeUp(false);
  }

  /** A sign of life for one that waits; the end of one that does not take what it was offered. */
  beat(): void {
    const isSlow = this.#offeredAt !== null && this.#parts.clock.monotonic() - this.#offeredAt >= SLOW_MS;
    if (!this.#parts.following.isValid()) this.end("signed_out");
    else if (this.#wakeUp !== null) this.#wakeUp(true);
    else if (isSlow) this.end("slow");
  }

  /** Says goodbye, behind what was offered and is not taken yet. */
  end(reason: GoodbyeDocument["reason"]): void {
    if (this.#done) return;
    const goodbye: GoodbyeDocument = { version: 1, reason };
    this.#offer(`event: goodbye\ndata: ${JSON.stringify(goodbye)}\n\n`);
    this.#finish();
    this.#controller?.close();
  }

  /** Asked for by whoever sends, when the last piece was taken. */
  async #pull(): Promise<void> {
    this.#offeredAt = null;
    try {
      const piece = await this.#next();
      if (!this.#done) this.#offer(piece);
    } catch (error) {
      this.#parts.onFailure(error);
      this.end("failed");
    }
  }

  async #next(): Promise<string> {
    while (!this.#done) {
      this.#isBehind = false;
      const piece = this.#pieceOf(await this.#parts.after(this.#cursor));
      if (piece !== null) return piece;
      if (!this.#isBehind && (await this.#woken())) return HEARTBEAT;
    }
    return "";
  }

  /** Waits for a commit or a beat; `true` for the latter. */
  #woken(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#wakeUp = (isBeat) => {
        this.#wakeUp = null;
        resolve(isBeat);
      };
    });
  }

  /** Joins frames up to a size; `null` when none is there. Frames of other lanes are passed over, and looked for again at once. */
  #pieceOf(frames: readonly Frame[]): string | null {
    const { lane } = this.#parts.following;
    let piece = "";
    for (const frame of frames) {
      if (piece.length > PIECE) break;
      this.#cursor = frame.seq;
      if (lane === null || frame.lane === lane) piece += frame.text();
    }
    if (frames.length > 0 && piece === "") this.#isBehind = true;
    return piece === "" ? null : piece;
  }

  #offer(text: string): void {
    this.#offeredAt = this.#parts.clock.monotonic();
    this.#controller?.enqueue(this.#encoder.encode(text));
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#wakeUp?.(false);
    this.#parts.onEnd();
  }
}
