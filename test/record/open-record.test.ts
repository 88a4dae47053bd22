import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadSqlite } from "../../src/base/sqlite-module.ts";
import { openInbox, openRecordReader, verifyRecord } from "../../src/record/index.ts";
import { sampleLane, sampleRecord, temporaryFolder } from "./fixture.ts";

async function written() {
  const file = join(await temporaryFolder(), "deep", "record.db");
  const { open, record } = await sampleRecord({ file });
  const lane = sampleLane();
  await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1)]));
  await open.close();
  return file;
}

async function tamper(file: string, sql: string): Promise<void> {
  const Database = await loadSqlite();
  const database = new Database(file);
  database.exec(sql);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

describe("opening a record", () => {
  test("makes the folder, and a file for its owner alone", async () => {
    const file = await written();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("refuses a newer one, names who reads it, and leaves it as it is", async () => {
    const file = await written();
    await tamper(
      file,
      "update meta set value = '7' where key = 'version'; update meta set value = '3.1.4' where key = 'reader'",
    );
    const before = await readFile(file);
    for (const open of [
      () => sampleRecord({ file }),
      () => openRecordReader({ file, workflowId: "sample" }),
      () => openInbox({ file }),
    ]) {
      await expect(open()).rejects.toMatchObject({
        code: "record_newer",
        hint: expect.stringContaining("3.1.4"),
        facts: { version: 7, reads: 3 },
      });
    }
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test("reads one of version 1, and lifts it when it writes", async () => {
    const file = await written();
    await tamper(
      file,
      `drop index lanes_name; alter table lanes drop column identifier; drop index ledger_day; drop table ledger;
       update meta set value = '1' where key = 'version'`,
    );
    const reader = await openRecordReader({ file, workflowId: "sample" });
    expect((await reader.views.laneNamed("A"))?.id).toBe("a");
    expect(await reader.views.laneNamed("B")).toBeUndefined();
    await reader.close();
    const { open, views } = await sampleRecord({ file });
    expect((await views.laneNamed("A"))?.id).toBe("a");
    expect(await verifyRecord(open)).toMatchObject({ ok: true });
    const again = await openRecordReader({ file, workflowId: "sample" });
    expect((await again.views.laneNamed("A"))?.id).toBe("a");
    await again.close();
  });

  test.for([
    { what: "no database", content: "this is no database, however long the text may be that says so ".repeat(100) },
    { what: "half a header", content: "SQLite format 3\u0000" },
  ])("says that $what is damaged", async ({ content }) => {
    const file = join(await temporaryFolder(), "record.db");
    await writeFile(file, content);
    await expect(sampleRecord({ file })).rejects.toMatchObject({ code: "record_corrupt", hint: expect.any(String) });
    expect(await readFile(file, "utf8")).toBe(content);
  });

  test("says that somebody else's database is no record", async () => {
    const file = join(await temporaryFolder(), "record.db");
    await tamper(file, "create table songs (name text)");
    await expect(sampleRecord({ file })).rejects.toMatchObject({
      code: "record_corrupt",
      facts: { tables: ["songs"] },
    });
  });

  test("says when the version is missing", async () => {
    const file = await written();
    await tamper(file, "delete from meta where key = 'version'");
    await expect(sampleRecord({ file })).rejects.toMatchObject({ code: "record_corrupt", facts: { table: "meta" } });
  });

  test("names a damaged row of what is open", async () => {
    const file = await written();
    await tamper(file, "update lanes set data = '{\"half\"'");
    await expect(sampleRecord({ file })).rejects.toMatchObject({
      code: "record_corrupt",
      facts: { table: "lanes", key: "a" },
    });
  });

  test("opens an empty file as a new record", async () => {
    const file = join(await temporaryFolder(), "record.db");
    await writeFile(file, "");
    const { views } = await sampleRecord({ file });
    expect(await views.lastSeq()).toBe(0);
  });

  test.for([
    { what: "an empty file", make: (file: string) => writeFile(file, "") },
    { what: "a database without tables", make: (file: string) => tamper(file, "PRAGMA journal_mode=WAL") },
  ])("takes $what for no record when it only reads, and for a new one when it writes", async ({ make }) => {
    const file = join(await temporaryFolder(), "record.db");
    await make(file);
    await expect(openRecordReader({ file, workflowId: "sample" })).rejects.toMatchObject({ code: "record_missing" });
    await expect(openInbox({ file })).rejects.toMatchObject({ code: "record_missing" });
    const { views } = await sampleRecord({ file });
    expect(await views.lastSeq()).toBe(0);
  });

  test("says where a folder cannot be made", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    await expect(sampleRecord({ file: join(folder, "file", "record.db") })).rejects.toMatchObject({
      code: "record_failed",
    });
  });
});

describe("closing a record", () => {
  const filesBeside = async (file: string) => (await readdir(dirname(file))).sort();

  test("leaves one file, also after others have read and asked", async () => {
    const file = await written();
    expect(await filesBeside(file)).toEqual(["record.db"]);
    const reader = await openRecordReader({ file, workflowId: "sample" });
    expect(await reader.views.openLanes()).toHaveLength(1);
    await reader.inbox.ask({ id: "c", workflowId: "sample", actor: "t", verb: "stop", arguments: {}, askedAt: 3 });
    await reader.close();
    expect(await filesBeside(file)).toEqual(["record.db"]);
  });

  test("leaves one file after a start that took up what a killed process left", async () => {
    const file = join(await temporaryFolder(), "record.db");
    const killed = await sampleRecord({ file });
    await killed.record.transact((tx) => tx.append([sampleLane().opened()]));
    const copy = join(await temporaryFolder(), "record.db");
    for (const end of ["", "-wal"]) await writeFile(`${copy}${end}`, await readFile(`${file}${end}`));
    const { open, views } = await sampleRecord({ file: copy });
    expect(await views.openLanes()).toHaveLength(1);
    await open.close();
    expect(await filesBeside(copy)).toEqual(["record.db"]);
  });

  test("does not wait for somebody who still reads, and loses nothing", async () => {
    const file = join(await temporaryFolder(), "record.db");
    const { open, record } = await sampleRecord({ file });
    const reader = await openRecordReader({ file, workflowId: "sample" });
    await record.transact((tx) => tx.append([sampleLane().opened()]));
    expect(await reader.views.openLanes()).toHaveLength(1);
    await open.close();
    expect(await reader.views.openLanes()).toHaveLength(1);
    await reader.close();
    const again = await sampleRecord({ file });
    expect(await again.views.openLanes()).toHaveLength(1);
  });
});

describe("events on disk", () => {
  test("of a newer version are refused with their number", async () => {
    const file = await written();
    await tamper(file, "update events set version = 2 where seq = 2");
    const { views } = await sampleRecord({ file });
    expect(await views.events({ limit: 1 })).toHaveLength(1);
    await expect(views.events({ limit: 10 })).rejects.toMatchObject({ code: "record_newer", facts: { seq: 2 } });
  });

  test("that are damaged are named", async () => {
    const file = await written();
    await tamper(file, "update events set data = '[]' where seq = 1");
    const { views } = await sampleRecord({ file });
    await expect(views.events({ limit: 10 })).rejects.toMatchObject({
      code: "record_corrupt",
      facts: { table: "events", key: "1" },
    });
  });

  test("of types that this version does not know change nothing", async () => {
    const file = await written();
    await tamper(file, "update events set type = 'from_a_plugin_of_tomorrow' where seq = 2");
    const { views } = await sampleRecord({ file });
    expect((await views.events({ limit: 10 })).map((stored) => stored.event.type)).toEqual([
      "lane_opened",
      "from_a_plugin_of_tomorrow",
    ]);
  });
});

describe("other processes", () => {
  test("read while the service writes, ask, and see the answer", async () => {
    const file = join(await temporaryFolder(), "record.db");
    const { record, views } = await sampleRecord({ file });
    const lane = sampleLane();
    await record.transact((tx) => tx.append([lane.opened()]));
    const reader = await openRecordReader({ file, workflowId: "sample" });
    expect((await reader.views.openLanes()).map((open) => open.id)).toEqual(["a"]);
    await record.transact((tx) => tx.append([sampleLane("b").opened()]));
    expect((await reader.views.openLanes()).map((open) => open.id)).toEqual(["a", "b"]);
    await reader.inbox.ask({
      id: "c",
      workflowId: "sample",
      actor: "t",
      verb: "stop",
      arguments: { now: true },
      askedAt: 3,
    });
    expect(await views.openCommands()).toEqual([
      { id: "c", workflowId: "sample", actor: "t", verb: "stop", arguments: { now: true }, askedAt: 3, answer: null },
    ]);
    const answer = { ok: false, code: "no", sentence: "No.", at: 4 };
    await record.transact((tx) =>
      tx.append([
        {
          workflowId: "sample",
          laneId: null,
          run: null,
          fence: null,
          event: { type: "command_answered", data: { id: "c", verb: "stop", actor: "t", answer } },
        },
      ]),
    );
    expect(await reader.inbox.answer("c")).toEqual(answer);
    expect(await reader.views.openCommands()).toEqual([]);
    await reader.close();
  });

  test("are told that there is no record, and make none", async () => {
    const file = join(await temporaryFolder(), "record.db");
    await expect(openRecordReader({ file, workflowId: "sample" })).rejects.toMatchObject({ code: "record_missing" });
    await expect(openInbox({ file })).rejects.toMatchObject({ code: "record_missing" });
    await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
