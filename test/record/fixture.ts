import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import type { MaestroError } from "../../src/base/errors.ts";
import { memoryLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite } from "../../src/base/sqlite-module.ts";
import { LaneSample } from "../../src/contracts/conformance/record-samples.ts";
import { openRecord, type RecordPlace } from "../../src/record/index.ts";

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "maestro-record-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A database in memory that outlives the records on it. */
export async function memoryDatabase() {
  const Database = await loadSqlite();
  const database = new Database(":memory:");
  onTestFinished(() => database.close());
  return database;
}

/** A clock that moves on when nothing can run any more: a commit takes more turns than the clock would give it. */
export function patientClock(): VirtualClock {
  return new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
}

/** A record with everything that a test may want to look at or to move. */
export async function sampleRecord(
  place: RecordPlace = { file: ":memory:" },
  clock = patientClock(),
  more: {
    readonly onTrouble?: (trouble: MaestroError | null) => void;
    readonly breathe?: () => Promise<void>;
  } = {},
) {
  const secrets = new SecretRegistry();
  const log = memoryLog();
  const open = await openRecord({ ...place, ...more, workflowId: "sample", clock, log, secrets });
  onTestFinished(() => open.abandon());
  return { open, record: open.record, views: open.record.views, clock, log, secrets };
}

/** A lane of the sample workflow. */
export function sampleLane(id = "a"): LaneSample {
  return new LaneSample("sample", id);
}
