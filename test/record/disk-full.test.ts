import { describe, expect, test } from "vitest";
import { sqlOf, verifyRecord } from "../../src/record/index.ts";
import { memoryDatabase, sampleLane, sampleRecord } from "./fixture.ts";

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
});
