import { describe, expect, test } from "vitest";
import type { SqliteDatabase, SqliteStatement } from "../../src/base/sqlite-module.ts";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import { openInbox, sqlOf, verifyRecord } from "../../src/record/index.ts";
import { join } from "node:path";
import { memoryDatabase, patientClock, sampleLane, sampleRecord, temporaryFolder } from "./fixture.ts";

async function leased() {
  const sample = await sampleRecord();
  const lane = sampleLane();
  await sample.record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
  const commits: number[] = [];
  sample.record.subscribe((events: readonly StoredEvent[]) => commits.push(events.length));
  return { ...sample, lane, commits };
}

describe("group commit", () => {
  test("observations wait at most 25 ms and then share a commit", async () => {
    const { record, clock, lane, commits } = await leased();
    const first = record.observe([lane.progress(1, 1, "a")]);
    await clock.advance(10);
    const second = record.observe([lane.progress(1, 1, "b"), lane.progress(1, 1, "c")]);
    await clock.advance(14);
    expect(commits).toEqual([]);
    await clock.advance(1);
    await Promise.all([first, second]);
    expect(commits).toEqual([3]);
    expect(clock.pendingTimers()).toBe(0);
  });

  test("500 events do not wait", async () => {
    const { record, clock, lane, commits } = await leased();
    await clock.settle();
    const observed = Promise.all(Array.from({ length: 500 }, (_, n) => record.observe([lane.progress(1, 1, `${n}`)])));
    await observed;
    expect(commits).toEqual([500]);
    expect(clock.pendingTimers()).toBe(0);
  });

  test("a commit waits for what is still being asked, and no longer", async () => {
    const late: (() => void)[] = [];
    const { record } = await sampleRecord({ file: ":memory:" }, patientClock(), {
      breathe: async () => late.shift()?.(),
    });
    const commits: number[] = [];
    record.subscribe((events) => commits.push(events.length));
    const asked: Promise<unknown>[] = [];
    const open = (id: string): void => {
      asked.push(record.transact((tx) => tx.append([sampleLane(id).opened()])));
    };
    late.push(
      () => open("b"),
      () => open("c"),
      () => undefined,
    );
    open("a");
    await asked[0];
    open("d");
    await Promise.all(asked);
    expect(commits).toEqual([3, 1]);
  });

  test("a flood becomes several commits, between which others get their turn", async () => {
    const { record, clock, lane, commits } = await leased();
    const flood = Promise.all(Array.from({ length: 3_500 }, (_, n) => record.observe([lane.progress(1, 1, `${n}`)])));
    await clock.advance(0);
    await flood;
    expect(commits).toEqual([1_000, 1_000, 1_000, 500]);
  });

  test("a transaction takes with it what was observed before it, at once", async () => {
    const { record, clock, lane, commits } = await leased();
    const observed = record.observe([lane.progress(1, 1, "before")]);
    await record.transact((tx) =>
      tx.append([lane.decide({ type: "retry_cleared", data: { reason: { code: "x", sentence: "X." } } })]),
    );
    await observed;
    expect(commits).toEqual([2]);
    expect(clock.pendingTimers()).toBe(0);
  });

  test("what was observed before keeps the time at which it was observed", async () => {
    const { record, clock, lane } = await leased();
    const at = clock.now();
    const observed = record.observe([lane.progress(1, 1, "x")]);
    await clock.advance(25);
    await observed;
    expect((await record.views.events({ limit: 1, newestFirst: true }))[0]?.at).toBe(at);
  });

  test("nothing at all is committed for an empty batch", async () => {
    const { record, commits, clock } = await leased();
    await record.observe([]);
    expect(commits).toEqual([]);
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("durability", () => {
  /** What SQLite was told, in order. */
  async function spied() {
    const database = await memoryDatabase();
    const said: string[] = [];
    const listening: SqliteDatabase = {
      exec: (sql) => {
        said.push(sql);
        database.exec(sql);
      },
      prepare: (sql) => {
        const statement = database.prepare(sql);
        const run: typeof statement.run = (...values) => {
          said.push(sql);
          return statement.run(...values);
        };
        return { ...bound(statement), run };
      },
      close: () => database.close(),
    };
    const sample = await sampleRecord({ database: listening });
    said.length = 0;
    return { ...sample, said };
  }

  test("transactions sync fully, observations do not", async () => {
    const { record, clock, said } = await spied();
    const lane = sampleLane();
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
    const observed = record.observe([lane.progress(1, 1, "x")]);
    await clock.advance(25);
    await observed;
    await record.transact((tx) => tx.append([lane.progress(1, 1, "y")]));
    const told = said.filter((sql) => /synchronous|^BEGIN/.test(sql));
    expect(told).toEqual([
      "BEGIN IMMEDIATE",
      "PRAGMA synchronous=NORMAL",
      "BEGIN IMMEDIATE",
      "PRAGMA synchronous=FULL",
      "BEGIN IMMEDIATE",
    ]);
  });

  test("a flush writes something, because an empty commit would not reach the disk", async () => {
    const { record, clock, said } = await spied();
    const lane = sampleLane();
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
    const observed = record.observe([lane.progress(1, 1, "x")]);
    await clock.advance(25);
    await observed;
    said.length = 0;
    await record.flush();
    expect(said).toContain("PRAGMA synchronous=FULL");
    expect(said.some((sql) => sql.startsWith('update "meta"'))).toBe(true);
    said.length = 0;
    await record.flush();
    expect(said.some((sql) => sql.startsWith("update"))).toBe(false);
  });
});

function bound(statement: SqliteStatement): SqliteStatement {
  return {
    run: (...values) => statement.run(...values),
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
    iterate: (...values) => statement.iterate(...values),
    columns: () => statement.columns(),
    setReadBigInts: (enabled) => statement.setReadBigInts(enabled),
  };
}

describe("transactions", () => {
  test("appends that nobody waits for are numbered in order", async () => {
    const { record, lane } = await leased();
    const results = await record.transact((tx) =>
      Promise.all(["a", "b", "c"].map((text) => tx.append([lane.progress(1, 1, text)]))),
    );
    expect(results.flat().map((stored) => stored.seq)).toEqual([4, 5, 6]);
  });

  test("a transaction that is over refuses everything", async () => {
    const { record, lane } = await leased();
    const late = await record.transact(async (tx) => ({ tx }));
    await expect(late.tx.lane(lane.id)).rejects.toMatchObject({ code: "transaction_over" });
  });

  test("SQL of a transaction that throws is undone, and that of its neighbours stays", async () => {
    const { open, record } = await leased();
    const add = (id: string, fails: boolean) =>
      record.transact(async (tx) => {
        const { build, run } = sqlOf(tx);
        await run(build.insertInto("meta").values({ key: id, value: "1" }).compile());
        if (fails) throw new Error("the test throws");
      });
    const results = await Promise.allSettled([add("a", false), add("b", true), add("c", false)]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const rows = await open.source.read<{ key: string }>(
      open.source.store.build
        .selectFrom("meta")
        .select("key")
        .where("value", "=", "1")
        .where("key", "!=", "version")
        .compile(),
    );
    expect(rows.map((row) => row.key).sort()).toEqual(["a", "c"]);
  });

  test("a failed statement fails everything that shares the commit, and nothing is half-written", async () => {
    const { open, record, views, lane } = await leased();
    const before = await views.lastSeq();
    const results = await Promise.allSettled([
      record.transact((tx) => tx.append([lane.progress(1, 1, "x")])),
      record.transact((tx) => sqlOf(tx).run({ sql: "insert into nowhere values (1)", parameters: [] })),
      record.transact((tx) => tx.append([lane.progress(1, 1, "y")])),
    ]);
    expect(results.map((result) => (result.status === "rejected" ? result.reason.code : "kept"))).toEqual([
      "record_failed",
      "record_failed",
      "record_failed",
    ]);
    expect(await views.lastSeq()).toBe(before);
    await record.transact((tx) => tx.append([lane.progress(1, 1, "z")]));
    expect(await verifyRecord(open)).toMatchObject({ ok: true, events: before + 1 });
  });
});

describe("neighbours", () => {
  test("a subscriber that throws is logged and harms nobody", async () => {
    const { record, lane, log, commits } = await leased();
    record.subscribe(() => {
      throw new Error("a broken subscriber");
    });
    await record.transact((tx) => tx.append([lane.progress(1, 1, "x")]));
    expect(commits).toEqual([1]);
    expect(log.entries.map((entry) => entry.message)).toEqual(["a subscriber of the record threw"]);
  });

  test("what another process writes is seen before the next event", async () => {
    const file = join(await temporaryFolder(), "record.db");
    const { open, record, views } = await sampleRecord({ file });
    const lane = sampleLane();
    await record.transact((tx) => tx.append([lane.opened()]));
    const other = await sampleRecord({ file });
    await other.record.transact((tx) => tx.append([sampleLane("b").opened()]));
    const inbox = await openInbox({ file });
    await inbox.ask({ id: "c", workflowId: "sample", actor: "t", verb: "pause", arguments: {}, askedAt: 0 });
    await inbox.close();
    expect((await views.openCommands()).map((command) => command.id)).toEqual(["c"]);
    await record.transact((tx) => tx.append([lane.enqueued("w", 1)]));
    expect((await views.openLanes()).map((open) => open.id)).toEqual(["a", "b"]);
    expect(await verifyRecord(open)).toMatchObject({ ok: true, events: 3 });
  });
});

describe("abandoning", () => {
  test("answers nothing any more, leaves no timer, and frees the connection", async () => {
    const database = await memoryDatabase();
    const clock = patientClock();
    const { open, record, views } = await sampleRecord({ database }, clock);
    const lane = sampleLane();
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
    let answers = 0;
    const count = (): void => {
      answers += 1;
    };
    record.observe([lane.progress(1, 1, "never")]).then(count, count);
    let inside = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      inside = resolve;
    });
    const dying = record.transact(async (tx) => {
      await tx.append([lane.progress(1, 1, "never either")]);
      inside();
      await tx.lane(lane.id);
    });
    dying.then(count, count);
    await begun;
    open.abandon();
    record.transact((tx) => tx.lane(lane.id)).then(count, count);
    views.openLanes().then(count, count);
    open.close().then(count, count);
    await clock.advance(1_000);
    expect(answers).toBe(0);
    expect(clock.pendingTimers()).toBe(0);
    const again = await sampleRecord({ database }, clock);
    await again.record.transact((tx) => tx.append([lane.progress(1, 1, "after")]));
    expect(await again.views.lastSeq()).toBe(4);
    expect(await verifyRecord(again.open)).toMatchObject({ ok: true });
  });
});
