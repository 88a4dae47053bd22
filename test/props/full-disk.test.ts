import { describe, expect, it, onTestFinished } from "vitest";
import { SecretRegistry } from "../../src/base/redact.ts";
import { loadSqlite, type SqliteDatabase } from "../../src/base/sqlite-module.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import { Orchestrator } from "../../src/orchestrator/index.ts";
import { openRecord } from "../../src/record/index.ts";
import { Hands } from "../orchestrator/hands.ts";
import { Stage } from "../orchestrator/stage.ts";
import { outcomeOf } from "../policy/facts.ts";

/** A connection on a disk that can be full: then nothing can be committed. */
class FillableDisk {
  isFull = false;
  readonly database: SqliteDatabase;

  constructor(real: SqliteDatabase) {
    this.database = {
      prepare: (sql) => real.prepare(sql),
      close: () => real.close(),
      exec: (sql) => {
        if (this.isFull && sql === "COMMIT") {
          throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
        }
        real.exec(sql);
      },
    };
  }
}

const HANDED_OFF = outcomeOf({
  changed: false,
  signal: { kind: "hand_off", route: "resolved", summary: "Done.", noChange: null },
});

/** A service on a disk that can be full. Two issues; B is not to be worked on yet. */
async function serviceOnDisk() {
  const stage = await Stage.open({ cards: { A: { state: "In Progress" }, B: { state: "Backlog" } } });
  const { clock, log, workflow } = stage;
  const Database = await loadSqlite();
  const disk = new FillableDisk(new Database(":memory:"));
  const told: (string | null)[] = [];
  const open = await openRecord({
    ...{ clock, log, workflowId: workflow.id, database: disk.database, secrets: new SecretRegistry() },
    onTrouble: (trouble) => void told.push(trouble?.code ?? null),
  });
  const { record } = open;
  const engine = createEmbeddedEngine({ record: open, clock, log, instance: "service" });
  const hands = new Hands(engine, record, "service");
  const orchestrator = new Orchestrator({ ...stage.parts("service"), record, engine });
  onTestFinished(async () => {
    disk.isFull = false;
    await orchestrator.stop("the test ends");
    await open.close();
    await stage.open.close();
  });
  return { stage, disk, told, record, hands, orchestrator };
}

describe("a disk that fills while the service runs", () => {
  it("ends one poll with what is the matter", async () => {
    const { stage, disk, hands, orchestrator } = await serviceOnDisk();
    const ended = orchestrator.runOnce().then(
      () => "ended",
      (error: { readonly code: string }) => error.code,
    );
    await stage.pass(1_000);
    disk.isFull = true;
    await expect(hands.finish("A", HANDED_OFF)).rejects.toMatchObject({ code: "disk_full" });
    await stage.pass(10_000);
    expect(await Promise.race([ended, Promise.resolve("goes on")])).toBe("disk_full");
    await orchestrator.stop("it has ended");
  });

  it("leaves a service up, quiet and without new starts, until there is space again", async () => {
    const { stage, disk, told, record, hands, orchestrator } = await serviceOnDisk();
    await orchestrator.start();
    await stage.pass(0);
    const lease = hands.lease("A");
    disk.isFull = true;
    await expect(hands.finish("A", HANDED_OFF)).rejects.toMatchObject({ code: "disk_full" });
    await stage.move("B", "In Progress");
    await stage.pass(150_000);
    expect(hands.taken).toEqual(["A run"]);
    const lines = stage.log.entries.filter(({ level }) => level === "error" || level === "warn");
    expect(lines.map(({ message }) => message)).toEqual(Array(3).fill("the record cannot be written"));
    expect(told).toEqual(Array(3).fill("disk_full"));
    disk.isFull = false;
    hands.held.set("A", lease);
    await stage.pass(1_000);
    expect(told.at(-1)).toBeNull();
    expect(await hands.finish("A", HANDED_OFF)).toBe(true);
    await stage.pass(60_000);
    expect([...hands.taken].sort()).toEqual(["A clean", "A run", "B run"]);
    expect((await stage.issue("A")).state).toBe("Done");
    expect(stage.verbs().filter((verb) => verb === "move")).toHaveLength(1);
    expect(record.trouble()).toBeNull();
  });

  it("says why nothing starts, and stops when it is asked to", async () => {
    const { stage, disk, orchestrator, record } = await serviceOnDisk();
    await orchestrator.start();
    await stage.pass(0);
    await stage.move("B", "In Progress");
    disk.isFull = true;
    orchestrator.hint();
    await stage.pass(2_000);
    expect(record.trouble()).toMatchObject({ code: "disk_full" });
    expect(orchestrator.waiting().map(({ issue, reason }) => [issue.identifier, reason.code])).toEqual([
      ["B", "disk_full"],
    ]);
    await orchestrator.stop("asked");
  });
});
