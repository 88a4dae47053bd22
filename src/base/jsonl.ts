/** How a LineSplitter is set up. */
export interface LineSplitterOptions {
  /** Longest line in UTF-8 bytes, without its line end; the rest of a longer one is dropped. Default 10 MiB (S-172 asks for 10 MB). */
  readonly maxLineBytes?: number | undefined;
}

const DEFAULT_MAX_LINE_BYTES = 10 * 1024 * 1024;

/**
 * Cuts a stream of text into lines at `\n` or `\r\n`, in bounded memory. Chunks must not end inside a character (decode with
 * `setEncoding` or a StringDecoder).
 */
export class LineSplitter {
  /** How many lines were longer than the limit and were cut. */
  truncated = 0;
  readonly #max: number;
  #parts: string[] = [];
  #bytes = 0;
  #dropped = false;

  constructor(options: LineSplitterOptions = {}) {
    this.#max = options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
  }

  /** Takes the next chunk and returns the lines that it completes, without line ends. */
  push(chunk: string): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
      this.#hold(chunk.slice(start, end));
      lines.push(this.#take(true));
      start = end + 1;
    }
    this.#hold(chunk.slice(start));
    return lines;
  }

  /** Ends the stream: returns the last line when it had no line end, and starts afresh. */
  flush(): string[] {
    return this.#parts.length === 0 ? [] : [this.#take(false)];
  }

  /** One byte more than the limit is held, because a carriage return at the end is no part of the line. */
  #hold(text: string): void {
    if (text === "" || this.#dropped) return;
    const bytes = Buffer.byteLength(text);
    const room = this.#max + 1 - this.#bytes;
    this.#dropped = bytes > room;
    this.#parts.push(this.#dropped ? cutBytes(text, room) : text);
    this.#bytes += Math.min(bytes, room);
  }

  #take(ended: boolean): string {
    const held = this.#parts.length === 1 ? (this.#parts[0] ?? "") : this.#parts.join("");
    const stripped = ended && !this.#dropped && held.endsWith("\r");
    const line = stripped ? held.slice(0, -1) : held;
    const long = this.#dropped || this.#bytes - (stripped ? 1 : 0) > this.#max;
    this.#parts = [];
    this.#bytes = 0;
    this.#dropped = false;
    if (!long) return line;
    this.truncated += 1;
    return cutBytes(line, this.#max);
  }
}

/** The longest beginning of a text that fits into `limit` UTF-8 bytes and does not end inside a character. */
export function cutBytes(text: string, limit: number): string {
  // No character takes fewer bytes than UTF-16 units, so longer beginnings need not be encoded.
  const bytes = Buffer.from(text.slice(0, limit + 1));
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
