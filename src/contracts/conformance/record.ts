import type { ConformanceCase } from "./case.ts";
import type { RecordHarness } from "./record-harness.ts";
import { recordLifeCases } from "./record-life.ts";
import { recordOutboxCases } from "./record-outbox.ts";
import { recordReadCases } from "./record-reads.ts";
import { recordWriteCases } from "./record-writes.ts";

export type { RecordHarness } from "./record-harness.ts";

/** What every record does, whatever it stores in. Each case gets a harness of its own, whose store is empty. */
export const recordCases: readonly ConformanceCase<RecordHarness>[] = [
  ...recordWriteCases,
  ...recordReadCases,
  ...recordLifeCases,
  ...recordOutboxCases,
];
