import type { Clock, Timer } from "../base/clock.ts";
import { type Next, OpenTranscript } from "./open-transcript.ts";
import type { Reading } from "./parts.ts";

/** A page ends after this many characters, but has at least one line. */
const MAX_PAGE = 1024 * 1024;
/** How long a reader waits for the next page, milliseconds. */
const PARKED_MS = 30_000;
/** Readers that wait at once; the one that has waited the longest gives way. */
const MAX_PARKED = 8;

/** Which part of which transcript. */
export interface TranscriptPart {
  readonly lane: string;
  readonly run: number;
  /** Lines to leave out. */
  readonly after: number;
  readonly limit: number;
}

interface Parked {
  readonly transcript: OpenTranscript;
  readonly timer: Timer;
}

/**
 * Transcripts page by page. A transcript can only be read from its beginning, so whoever reads it to its end would read it as often as it
 * has pages, and whoever watches a run as often as he looks; therefore a reader waits for a while where its page ended.
 */
export class TranscriptPages {
  readonly #reading: Reading;
  readonly #clock: Clock;
  /** By run and line, oldest first. */
  readonly #parked = new Map<string, Parked>();

  constructor({ reading, clock }: { readonly reading: Reading; readonly clock: Clock }) {
    this.#reading = reading;
    this.#clock = clock;
  }

  /** Lines as they are kept, and how many to leave out for the next page; `null` when there are no more yet. Throws `transcript_missing`. */
  async page(part: TranscriptPart): Promise<{ readonly lines: readonly string[]; readonly next: number | null }> {
    const { lane, run, after, limit } = part;
    const parked = this.#take(nameOf(part, after));
    const transcript = parked ?? new OpenTranscript((wait) => this.#reading.transcript(lane, run, wait));
    try {
      const skipped = parked === undefined ? await skip(transcript, after) : after;
      const lines = await read(transcript, limit);
      const line = await transcript.peek();
      if (line === "ended") return { lines, next: null };
      const end = skipped + lines.length;
      this.#park(nameOf(part, end), transcript);
      return { lines, next: line === "nothing yet" ? null : end };
    } catch (error) {
      transcript.close();
      throw error;
    }
  }

  /** Lets go of all files. */
  close(): void {
    for (const name of [...this.#parked.keys()]) this.#drop(name);
  }

  #take(name: string): OpenTranscript | undefined {
    const parked = this.#parked.get(name);
    parked?.timer.cancel();
    this.#parked.delete(name);
    parked?.transcript.wake();
    return parked?.transcript;
  }

  #park(name: string, transcript: OpenTranscript): void {
    this.#drop(name);
    const [oldest] = this.#parked.keys();
    if (oldest !== undefined && this.#parked.size >= MAX_PARKED) this.#drop(oldest);
    this.#parked.set(name, { transcript, timer: this.#clock.setTimer(PARKED_MS, () => this.#drop(name)) });
  }

  #drop(name: string): void {
    const parked = this.#parked.get(name);
    parked?.timer.cancel();
    this.#parked.delete(name);
    parked?.transcript.close();
  }
}

function nameOf({ lane, run }: TranscriptPart, line: number): string {
  return `${lane}/${run}/${line}`;
}

/** Leaves lines out; returns how many there were. */
async function skip(transcript: OpenTranscript, count: number): Promise<number> {
  for (let at = 0; at < count; at += 1) {
    if (!isLine(await transcript.peek())) return at;
    transcript.take();
  }
  return count;
}

async function read(transcript: OpenTranscript, limit: number): Promise<string[]> {
  const lines: string[] = [];
  for (let length = 0; lines.length < limit; ) {
    const next = await transcript.peek();
    if (!isLine(next) || (lines.length > 0 && length + next.line.length > MAX_PAGE)) break;
    lines.push(next.line);
    length += next.line.length;
    transcript.take();
  }
  return lines;
}

function isLine(next: Next): next is { readonly line: string } {
  return typeof next === "object";
}
