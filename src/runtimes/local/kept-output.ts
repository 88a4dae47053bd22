import { cutBytes } from "../../base/jsonl.ts";
import type { Sink } from "./output-pump.ts";

/** The beginning or the end of an output, in bounded memory. */
export class KeptOutput implements Sink {
  readonly #most: number;
  readonly #keep: "start" | "end";
  #parts: string[] = [];
  #bytes = 0;
  #total = 0;

  /** `most` counts UTF-8 bytes. */
  constructor(most: number, keep: "start" | "end") {
    this.#most = most;
    this.#keep = keep;
  }

  /** Whether something was left out. */
  get truncated(): boolean {
    return this.#total > this.#most;
  }

  take(text: string): void {
    const isFull = this.#total >= this.#most;
    const bytes = Buffer.byteLength(text);
    this.#total += bytes;
    if (this.#keep === "start" && isFull) return;
    this.#parts.push(text);
    this.#bytes += bytes;
    // Trimmed at twice the size, so that small chunks do not cost a copy each.
    if (this.#keep === "end" && this.#bytes > 2 * this.#most) {
      this.#parts = [this.text()];
      this.#bytes = this.#most;
    }
  }

  end(): void {
    this.#parts = [this.text()];
  }

  /** What was kept, never beginning or ending inside a character. */
  text(): string {
    const text = this.#parts.join("");
    return this.#keep === "start" ? cutBytes(text, this.#most) : lastBytes(text, this.#most);
  }
}

function lastBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  // A character that was cut in two decodes to U+FFFD.
  return bytes.length <= limit ? text : bytes.toString("utf8", bytes.length - limit).replace(/^\uFFFD+/, "");
}
