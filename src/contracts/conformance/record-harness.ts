import type { CommandInbox, WorkRecord } from "../record.ts";
import { LaneSample } from "./record-samples.ts";

/** One process that has the record open. */
export interface RecordUnderTest {
  readonly record: WorkRecord;
  readonly inbox: CommandInbox;
  /** What is stored although the events say something else; empty when all is well. */
  differences(): Promise<readonly string[]>;
  /** Dies without a word. The store can be opened again. */
  die(): void;
}

/** A store that is empty at the beginning of each case. */
export interface RecordHarness {
  readonly workflowId: string;
  /** A value that was registered as a secret. */
  readonly secret: string;
  open(): Promise<RecordUnderTest>;
}

/** A lane with a run under fence 1. */
export async function leasedLane(harness: RecordHarness, record: WorkRecord): Promise<LaneSample> {
  const lane = new LaneSample(harness.workflowId, "a");
  await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
  return lane;
}
