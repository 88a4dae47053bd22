import type { FileHandle } from "node:fs/promises";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/errors.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import { transcriptLine, type TranscriptWriter } from "./transcripts.ts";

/** `drained` waits while more than this is buffered, in characters. */
const FULL_BUFFER = 1024 * 1024;

/** What a `FileTranscript` writes with. */
export interface FileTranscriptParts {
  readonly handle: FileHandle;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  /** Bytes that the file holds already. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** Packs the closed file; resolves with its name. */
  readonly pack: () => Promise<string>;
}

/** Appends lines in order, many in one write. The first failure ends it: a transcript never ends a run. */
export class FileTranscript implements TranscriptWriter {
  readonly #parts: FileTranscriptParts;
  #lines: string[] = [];
  #buffered = 0;
  #bytes: number;
  #full = false;
  #lost: string | null = null;
  #writing: Promise<void> | undefined;
  #closing: Promise<{ file: string; bytes: number; lost: string | null }> | undefined;

  constructor(parts: FileTranscriptParts) {
    this.#parts = parts;
    this.#bytes = parts.bytes;
  }

  append(text: string, kind = "raw"): void {
    if (this.#full || this.#lost !== null || this.#closing !== undefined) return;
    const line = transcriptLine(this.#parts, kind, text);
    const bytes = Buffer.byteLength(line);
    this.#full = this.#bytes + bytes > this.#parts.maxBytes;
    if (this.#full)
      this.#push(transcriptLine(this.#parts, "truncated", `Only ${this.#parts.maxBytes} bytes are kept.`));
    else this.#push(line);
  }

  async drained(): Promise<void> {
    while (this.#buffered > FULL_BUFFER && this.#writing !== undefined) await this.#writing;
  }

  close(): Promise<{ readonly file: string; readonly bytes: number; readonly lost: string | null }> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #push(line: string): void {
    this.#lines.push(line);
    this.#buffered += line.length;
    this.#bytes += Buffer.byteLength(line);
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Lines that come in one breath are one write.
    await Promise.resolve();
    try {
      while (this.#lines.length > 0) {
        const text = this.#lines.join("");
        this.#lines = [];
        await this.#parts.handle.appendFile(text);
        this.#buffered -= text.length;
      }
    } catch (error) {
      this.#lost = messageOf(error);
      this.#lines = [];
      this.#buffered = 0;
    }
    this.#writing = undefined;
  }

  async #close(): Promise<{ file: string; bytes: number; lost: string | null }> {
    while (this.#writing !== undefined) await this.#writing;
    let file = "";
    try {
      await this.#parts.handle.close();
      file = await this.#parts.pack();
    } catch (error) {
      this.#lost ??= messageOf(error);
    }
    return { file, bytes: this.#bytes, lost: this.#lost };
  }
}
