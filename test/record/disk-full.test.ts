import { describe, expect, test } from "vitest";
import type { MaestroError } from "../../src/base/errors.ts";
import { sqlOf, verifyRecord } from "../../src/record/index.ts";
import { memoryDatabase, patientClock, sampleLane, sampleRecord } from "./fixture.ts";

describe("a full disk", () => {
  test("is told, leaves nothing half-written, and is over when there is space", async () => {
    const database = await memoryDatabase();
    const { open, record, views } = await sampleRecord({ database });
    const lane = sampleLane();
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
    const { page_count: pages } = Object(database.prepare("PRAGMA page_count").get());
    database.exec(`PRAGMA max_page_count=${pages + 4}`);
    const long = "x".repeat(2_000);
    let kept = await views.lastSeq();
    let failure: unknown;
    for (let n = 0; failure === undefined && n < 100; n += 1) {
      const batch = [lane.progress(1, 1, long), lane.progress(1, 1, long), lane.progress(1, 1, long)];
      await record
        .transact((tx) => tx.append(batch))
        .then(
          () => {
            kept += 3;
          },
          (error: unknown) => {
            failure = error;
          },
        );
    }
    expect(failure).toMatchObject({ code: "disk_full", retryable: true });
    expect(await views.lastSeq()).toBe(kept);
    await expect(record.transact((tx) => tx.append([lane.progress(1, 1, "x".repeat(20_000))]))).rejects.toMatchObject({
      code: "disk_full",
    });
    // A statement that gives rows ends in the same error.
    const returning = "insert into meta values (?, ?) returning key";
    await expect(
      record.transact((tx) => sqlOf(tx).run({ sql: returning, parameters: ["long", "x".repeat(20_000)] })),
    ).rejects.toMatchObject({ code: "disk_full" });
    expect(await verifyRecord(open)).toMatchObject({ ok: true, events: kept });
    database.exec("PRAGMA max_page_count=1000000");
    await record.transact((tx) => tx.append([lane.progress(1, 1, long)]));
    expect(await verifyRecord(open)).toMatchObject({ ok: true, events: kept + 1 });
  });

  test("is told at once, then once a minute, and when it is over", async () => {
    const database = await memoryDatabase();
    const told: (string | null)[] = [];
    const onTrouble = (trouble: MaestroError | null) => void told.push(trouble?.code ?? null);
    const { record, clock, log } = await sampleRecord({ database }, patientClock(), { onTrouble });
    const lane = sampleLane();
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1), lane.leased("w", 1, 1)]));
    const { page_count: pages } = Object(database.prepare("PRAGMA page_count").get());
    database.exec(`PRAGMA max_page_count=${pages}`);
    const write = () => record.transact((tx) => tx.append([lane.progress(1, 1, "x".repeat(20_000))]));
    for (let second = 0; second < 90; second += 1) {
      await expect(write()).rejects.toMatchObject({ code: "disk_full" });
      expect(record.trouble()).toMatchObject({ code: "disk_full" });
      await clock.advance(1_000);
    }
    expect(told).toEqual(["disk_full", "disk_full"]);
    expect(log.entries.map(({ message }) => message)).toEqual(Array(2).fill("the record cannot be written"));
    database.exec("PRAGMA max_page_count=1000000");
    await record.probe();
    expect([record.trouble(), told]).toEqual([null, ["disk_full", "disk_full", null]]);
    await write();
  });

  test("is seen by a probe although nothing waits to be written", async () => {
    const database = await memoryDatabase();
    const { record } = await sampleRecord({ database });
    database.exec("PRAGMA query_only=1");
    await expect(record.probe()).rejects.toMatchObject({ code: "record_failed" });
    expect(record.trouble()).toBeNull();
    database.exec("PRAGMA query_only=0");
    await record.probe();
  });
});
