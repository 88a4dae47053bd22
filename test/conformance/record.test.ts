import { PGlite } from "@electric-sql/pglite";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite } from "../../src/base/sqlite-module.ts";
import { recordCases, type RecordHarness } from "../../src/contracts/conformance/record.ts";
import { createTables, openRecord, type RecordPlace, verifyRecord } from "../../src/record/index.ts";
import { pgliteStore } from "../record/pglite-store.ts";

const SECRET = "correct horse battery staple";

/** What a test opened, to be closed afterwards. */
const releases: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

function harness(place: () => RecordPlace | Promise<RecordPlace>): RecordHarness {
  const secrets = new SecretRegistry();
  secrets.register("sample", SECRET);
  return {
    workflowId: "sample",
    secret: SECRET,
    open: async () => {
      const options = { workflowId: "sample", clock: systemClock(), log: silentLog, secrets };
      const open = await openRecord({ ...options, ...(await place()) });
      releases.push(() => open.abandon());
      const { record, inbox } = open;
      return {
        record,
        inbox,
        differences: async () => (await verifyRecord(open)).differences,
        die: () => open.abandon(),
      };
    },
  };
}

describe("a record in a file", () => {
  test.for(recordCases)("$name", async (conformance) => {
    const directory = await mkdtemp(join(tmpdir(), "maestro-record-"));
    releases.push(() => rm(directory, { recursive: true }));
    await conformance.run(harness(() => ({ file: join(directory, "record.db") })));
  });
});

describe("a record on a connection of the caller", () => {
  test.for(recordCases)("$name", async (conformance) => {
    const Database = await loadSqlite();
    const database = new Database(":memory:");
    releases.push(() => database.close());
    await conformance.run(harness(() => ({ database })));
  });
});

describe("a record in PostgreSQL", () => {
  let database: PGlite;
  let schemas = 0;

  beforeAll(async () => {
    database = await PGlite.create();
  }, 60_000);

  afterAll(async () => database.close());

  test.for(recordCases)("$name", { timeout: 60_000 }, async (conformance) => {
    schemas += 1;
    await database.exec(`create schema case_${schemas}; set search_path to case_${schemas}`);
    await createTables(pgliteStore(database));
    await conformance.run(
      harness(async () => {
        // What a killed process had begun.
        await database.exec("rollback");
        return { store: pgliteStore(database) };
      }),
    );
  });
});
