export { type ExportOptions, exportRecord } from "./export.ts";
export { openInbox, openRecordReader, type ReaderOptions, type RecordReader } from "./open-reader.ts";
export {
  type OpenRecord,
  openRecord,
  type RecordPlace,
  type RecordSetting,
  type RecordSource,
} from "./open-record.ts";
export { type CarryOut, carryOut, type LookUp, type OutboxResult } from "./outbox.ts";
export { applyToLane } from "./projections/lane.ts";
export { applyToOutbox } from "./projections/outbox.ts";
export { applyToRun } from "./projections/run.ts";
export { type PruneOptions, type PruneReport, pruneRecord } from "./prune.ts";
export { prepareQuery } from "./sql/query.ts";
export type { WorkRow } from "./sql/tables.ts";
export { buildFor, type Builder, type Statement, type Store, type TransactionMode } from "./sql/store.ts";
export { createTables } from "./sql/schema-steps.ts";
export { sqlOf, type TransactionSql } from "./transaction.ts";
export { createTranscripts, type TranscriptOptions } from "./transcripts/file-transcripts.ts";
export { type MemoryTranscriptOptions, memoryTranscripts } from "./transcripts/memory-transcripts.ts";
export type { Transcripts, TranscriptWriter } from "./transcripts/transcripts.ts";
export { verifyRecord, type VerifyReport } from "./verify.ts";
export { statusDocument, type StatusParts } from "./views/status.ts";
