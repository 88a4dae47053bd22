import type { Clock } from "../../base/clock.ts";
import type { SecretRegistry } from "../../base/redact.ts";

/** The file of one run while it lives. */
export interface TranscriptWriter {
  /** Keeps a text, buffered. `kind` says where it came from, e.g. `message`, `stderr`; default `raw`. Never throws. */
  append(text: string, kind?: string): void;
  /** Resolves when the buffer is small again; whoever reads a flood awaits it between chunks. */
  drained(): Promise<void>;
  /** Writes the rest and packs the file. Never rejects; `lost` says why lines are missing, `bytes` is their size unpacked. */
  close(): Promise<{ readonly file: string; readonly bytes: number; readonly lost: string | null }>;
}

/** What agents said, line by line: not on record, but kept beside it. */
export interface Transcripts {
  /** Begins or goes on with a run's transcript. Throws `disk_full`, `transcript_failed`. */
  open(laneId: string, run: number): Promise<TranscriptWriter>;
  /**
   * The complete lines, each a JSON object {at, kind, text}; also of a run that still lives. Throws `transcript_missing`,
   * `transcript_failed`.
   */
  read(laneId: string, run: number): AsyncIterable<string>;
  /**
   * As `read`, and then what is added while the run lives. Whenever there is nothing new it asks `wait` for a pause and ends when that says
   * `false`; it ends by itself when the run's transcript is packed. Throws like `read`.
   */
  follow(laneId: string, run: number, wait: () => Promise<boolean>): AsyncIterable<string>;
  /** Packs what a crash left behind; call it before runs start. Returns how many there were. */
  settleLeftovers(): Promise<number>;
}

/** Longest transcript, bytes unpacked; what follows is left out and the last line says so. */
export const MAX_TRANSCRIPT_BYTES = 64 * 1024 * 1024;

/** One line, with its end, redacted. */
export function transcriptLine(
  parts: { readonly secrets: SecretRegistry; readonly clock: Clock },
  kind: string,
  text: string,
): string {
  return `${JSON.stringify({ at: parts.clock.now(), kind, text: parts.secrets.redact(text) })}\n`;
}
