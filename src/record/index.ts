import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { SqliteDatabase } from "../base/sqlite-module.ts";
import type { CommandInbox, RecordViews, WorkRecord } from "../contracts/record.ts";
import type { OutboxRow } from "../model/outbox.ts";

/** What a record needs to run. */
export interface RecordSetting {
  readonly workflowId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: SecretRegistry;
}

/** An open record with the inbox that belongs to it. */
export interface OpenRecord {
  readonly record: WorkRecord;
  readonly inbox: CommandInbox;
  /** Commits what was observed and closes. A handle that was passed in stays open. */
  close(): Promise<void>;
  /** Dies like a killed process. Nothing that was asked of it is ever answered; a passed handle can be opened again. */
  abandon(): void;
}

/** A record as other processes see it. */
export interface RecordReader {
  readonly views: RecordViews;
  readonly inbox: CommandInbox;
  close(): Promise<void>;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly events: number;
  readonly differences: readonly string[];
}

export interface PruneReport {
  /** What went (with `dryRun`: what would go). */
  readonly lanes: readonly { readonly laneId: string; readonly identifier: string; readonly events: number }[];
  readonly events: number;
  /** Old closed lanes that stay, with the reason. */
  readonly kept: readonly { readonly laneId: string; readonly reason: string }[];
}

export declare function openRecord(
  options: RecordSetting & ({ readonly file: string } | { readonly database: SqliteDatabase }),
): Promise<OpenRecord>;
export declare function openInbox(options: {
  readonly file: string;
}): Promise<CommandInbox & { close(): Promise<void> }>;
export declare function openRecordReader(options: {
  readonly file: string;
  readonly workflowId: string;
}): Promise<RecordReader>;
export declare function verifyRecord(open: OpenRecord | RecordReader): Promise<VerifyReport>;
export declare function exportRecord(
  open: OpenRecord | RecordReader,
  options: { readonly laneId?: string },
  write: (line: string) => void | Promise<void>,
): Promise<void>;
export declare function pruneRecord(
  open: OpenRecord,
  options: { readonly closedBefore: number; readonly dryRun?: boolean },
): Promise<PruneReport>;

export interface TranscriptWriter {
  /** Buffered. `kind` defaults to `raw`. */
  append(text: string, kind?: string): void;
  /** Resolves when the buffer is small again: whoever writes a lot awaits it. */
  drained(): Promise<void>;
  /** Never rejects; `lost` says why lines are missing. */
  close(): Promise<{ readonly file: string; readonly bytes: number; readonly lost: string | null }>;
}

export interface Transcripts {
  open(laneId: string, run: number): Promise<TranscriptWriter>;
  /** Lines of JSON {at, kind, text}. Throws `transcript_missing`. */
  read(laneId: string, run: number): AsyncIterable<string>;
  /** Packs what a crash left behind. Returns how many. */
  settleLeftovers(): Promise<number>;
}

export declare function createTranscripts(options: {
  readonly directory: string;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
}): Transcripts;
export declare function memoryTranscripts(options?: {
  readonly secrets?: SecretRegistry;
  readonly clock?: Clock;
}): Transcripts;

export type OutboxResult = "done" | "refused" | "unknown" | "postponed";

export interface CarryOut {
  readonly record: WorkRecord;
  readonly row: OutboxRow;
  readonly scope: { readonly workflowId: string; readonly laneId: string; readonly fence: number | null };
  readonly send: () => Promise<string | null>;
  readonly lookUp: () => Promise<{ readonly done: true; readonly result: string | null } | { readonly done: false }>;
  readonly isUnknown: (error: { readonly code: string }) => boolean;
  readonly clock: Clock;
  readonly retryDelayMs: (tries: number) => number;
}

export declare function carryOut(options: CarryOut): Promise<OutboxResult>;
