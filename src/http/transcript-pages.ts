import type { Clock, Timer } from "../base/clock.ts";
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
  readonly lines: AsyncIterator<string>;
  /** Read, but not given yet. */
  readonly held: string;
  readonly timer: Timer;
}

/**
 * Transcripts page by page. A transcript can only be read from its beginning, so whoever reads it to its end would read it as often as it
 * has pages; therefore a reader that stopped at the end of a page waits there for a while.
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

  /** Lines as they are kept, and how many to leave out for the next page; `null` at the end. Throws `transcript_missing`. */
  async page(part: TranscriptPart): Promise<{ readonly lines: readonly string[]; readonly next: number | null }> {
    const parked = this.#take(nameOf(part, part.after));
    const source = parked?.lines ?? this.#reading.transcript(part.lane, part.run)[Symbol.asyncIterator]();
    try {
      let at = parked === undefined ? 0 : part.after;
      let line = parked?.held ?? (await nextOf(source));
      for (; line !== null && at < part.after; at += 1) line = await nextOf(source);
      const lines: string[] = [];
      let length = 0;
      for (; line !== null && hasRoom(lines.length, length, line, part.limit); at += 1) {
        lines.push(line);
        length += line.length;
        line = await nextOf(source);
      }
      if (line === null) return { lines, next: null };
      this.#park(nameOf(part, at), source, line);
      return { lines, next: at };
    } catch (error) {
      close(source);
      throw error;
    }
  }

  /** Lets go of all files. */
  close(): void {
    for (const name of [...this.#parked.keys()]) this.#drop(name);
  }

  #take(name: string): Parked | undefined {
    const parked = this.#parked.get(name);
    parked?.timer.cancel();
    this.#parked.delete(name);
    return parked;
  }

  #park(name: string, lines: AsyncIterator<string>, held: string): void {
    this.#drop(name);
    const [oldest] = this.#parked.keys();
    if (oldest !== undefined && this.#parked.size >= MAX_PARKED) this.#drop(oldest);
    this.#parked.set(name, { lines, held, timer: this.#clock.setTimer(PARKED_MS, () => this.#drop(name)) });
  }

  #drop(name: string): void {
    const parked = this.#take(name);
    if (parked !== undefined) close(parked.lines);
  }
}

function nameOf({ lane, run }: TranscriptPart, line: number): string {
  return `${lane}/${run}/${line}`;
}

function hasRoom(count: number, length: number, line: string, limit: number): boolean {
  return count < limit && (count === 0 || length + line.length <= MAX_PAGE);
}

async function nextOf(lines: AsyncIterator<string>): Promise<string | null> {
  const { done, value } = await lines.next();
  return done === true ? null : value;
}

function close(lines: AsyncIterator<string>): void {
  // What goes wrong while a file is let go of concerns nobody who reads.
  lines.return?.().catch(() => undefined);
}
