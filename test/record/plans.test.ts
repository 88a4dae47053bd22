import { describe, expect, test } from "vitest";
import { loadSqlite, type SqliteDatabase } from "../../src/base/sqlite-module.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import { pulling } from "../../src/contracts/conformance/engine-harness.ts";
import { sampleLane, sampleRecord } from "./fixture.ts";

/** Indexes that hold only what is open, one row, or that are read from one end. */
const SMALL = [
  "lanes_open",
  "outbox_open",
  "commands_open",
  "commands_order",
  "runs_recent",
  "work_lane",
  "work_queue",
  "sqlite_autoindex_totals_1",
  "sqlite_autoindex_service_1",
  // The last number.
  "sqlite_autoindex_events_1",
];

/** The SQL that `work` makes the record carry out. */
async function sqlOfWork(work: (sample: Awaited<ReturnType<typeof sampleRecord>>) => Promise<unknown>) {
  const Database = await loadSqlite();
  const database = new Database(":memory:");
  const asked = new Set<string>();
  const listening: SqliteDatabase = {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      asked.add(sql);
      return database.prepare(sql);
    },
    close: () => database.close(),
  };
  const sample = await sampleRecord({ database: listening });
  await work(sample);
  const selects = [...asked].filter((sql) => /^(select|update|insert)/.test(sql) && !sql.includes("sqlite_master"));
  const plans = selects.map((sql) => ({
    sql,
    plan: database
      .prepare(`explain query plan ${sql}`)
      .all()
      .map((row) => String(Object(row).detail)),
  }));
  sample.open.abandon();
  database.close();
  return plans;
}

describe("no query of the daily round reads its whole table", () => {
  test("in the record and the engine", async () => {
    const plans = await sqlOfWork(async ({ open, record, views, clock, log }) => {
      const engine = createEmbeddedEngine({ record: open, clock, log, instance: "i" });
      const lane = sampleLane();
      await record.transact(async (tx) => {
        await tx.append([lane.opened(), lane.enqueued("w", 1)]);
        await engine.enqueue(tx, lane.work("w"));
        await tx.outboxRow("k");
      });
      const [lease] = await engine.pull(pulling("one", 1));
      if (lease === undefined) throw new Error("nothing to pull");
      await engine.heartbeat([lease]);
      await engine.takeExpired();
      await engine.takeOthers("one");
      await engine.cancel("w");
      await engine.queued();
      await open.inbox.ask({ id: "c", workflowId: "sample", actor: "t", verb: "stop", arguments: {}, askedAt: 0 });
      await views.openCommands();
      await views.command("c");
      await open.inbox.answer("c");
      await views.lane("b");
      await views.lanesOfIssue("a");
      await views.closedLanes(5);
      await views.closedLanes(5, "a");
      await views.laneNamed("A");
      await views.present();
      await views.run("a", 2);
      await views.runsOfLane("a");
      await views.runsOfLane("a", 5);
      await views.recentRuns(5);
      await views.recentRuns(5, { laneId: "a", number: 1 });
      await views.evidence("a");
      await views.events({ afterSeq: 1, limit: 5 });
      await views.events({ laneId: "a", limit: 5, newestFirst: true });
      await views.events({ laneId: "a", run: 1, limit: 5 });
      await views.events({ laneId: "a", types: ["evidence_recorded"], limit: 5, newestFirst: true });
      await views.events({ types: ["service_started"], limit: 1, newestFirst: true });
    });
    expect(plans.length).toBeGreaterThan(25);
    const steps = plans.flatMap(({ plan }) => plan);
    expect(steps.filter((step) => /^SCAN (?!CONSTANT|\d+-ROW)/.test(step))).toEqual([]);
    const whole = steps.flatMap((step) => /INDEX (\S+) \(workflow_id=\?\)/.exec(step)?.[1] ?? []);
    expect(whole.filter((index) => !SMALL.includes(index))).toEqual([]);
    const ofLane = plans.filter(({ sql }) => sql.includes('from "events"') && sql.includes('"lane_id" = ?'));
    expect(ofLane.flatMap(({ plan }) => plan).filter((step) => step.includes("events_type"))).toEqual([]);
    expect(whole).toEqual(expect.arrayContaining(["outbox_open", "commands_open", "lanes_open"]));
  });
});
