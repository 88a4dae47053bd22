import { afterEach, describe, test } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite } from "../../src/base/sqlite-module.ts";
import { engineCases, type EngineHarness } from "../../src/contracts/conformance/engine.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import { type OpenRecord, openRecord } from "../../src/record/index.ts";

const releases: (() => void)[] = [];

afterEach(() => {
  for (const release of releases.splice(0).reverse()) release();
});

async function harness(): Promise<EngineHarness> {
  const Database = await loadSqlite();
  const database = new Database(":memory:");
  releases.push(() => database.close());
  const clock = new VirtualClock();
  let present: OpenRecord | undefined;
  let instances = 0;
  const start = async () => {
    present?.abandon();
    instances += 1;
    const setting = { workflowId: "sample", clock, log: silentLog, secrets: new SecretRegistry() };
    const record = await openRecord({ ...setting, database });
    present = record;
    const engine = createEmbeddedEngine({ record, clock, log: silentLog, instance: `instance-${instances}` });
    return { record: record.record, engine };
  };
  const first = await start();
  // What is observed here is committed by the next transaction; only a case's own waits need the clock.
  return {
    workflowId: "sample",
    first: eager(first, clock),
    restart: async () => eager(await start(), clock),
    pass: (ms) => clock.advance(ms),
  };
}

/** Observations wait for the clock; here it moves on by itself for them. */
function eager<T extends { readonly record: OpenRecord["record"] }>(under: T, clock: VirtualClock): T {
  const { record } = under;
  const observe: typeof record.observe = async (events) => {
    const done = record.observe(events);
    await Promise.race([clock.advance(25), done]);
    return done;
  };
  return { ...under, record: { ...record, observe } };
}

describe("the embedded engine", () => {
  test.for(engineCases)("$name", async (conformance) => {
    await conformance.run(await harness());
  });
});
