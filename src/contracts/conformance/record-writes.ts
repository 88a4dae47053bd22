import type { StoredEvent } from "../../model/events/envelope.ts";
import { check, type ConformanceCase, equal, throwsCode } from "./case.ts";
import { leasedLane, type RecordHarness } from "./record-harness.ts";
import { LaneSample, WHY } from "./record-samples.ts";

/** What every record does with what is written. */
export const recordWriteCases: readonly ConformanceCase<RecordHarness>[] = [
  { name: "numbers events in commit order, without gaps, under many writers", run: numbersWithoutGaps },
  { name: "commits what was observed before a transaction no later than the transaction", run: keepsOrder },
  { name: "refuses a batch with an old fence whole, and nothing else", run: refusesStaleBatch },
  { name: "raises a fence only by one", run: raisesFenceByOne },
  { name: "leaves nothing of a transaction that throws", run: undoesTransaction },
  { name: "refuses events of lanes that are missing, and lanes that were opened before", run: knowsItsLanes },
  { name: "sees in a transaction what that transaction did", run: seesOwnChanges },
];

async function numbersWithoutGaps(harness: RecordHarness): Promise<void> {
  const { record, differences } = await harness.open();
  const lanes = ["a", "b", "c", "d"].map((id) => new LaneSample(harness.workflowId, id));
  const seen: StoredEvent[] = [];
  record.subscribe((events) => seen.push(...events));
  for (const lane of lanes) {
    await record.transact((tx) => tx.append([lane.opened(), lane.enqueued(`w-${lane.id}`, 1)]));
    await record.transact((tx) => tx.append([lane.leased(`w-${lane.id}`, 1, 1)]));
  }
  const writes = lanes.flatMap((lane) =>
    Array.from({ length: 30 }, (_, index) =>
      index % 10 === 9
        ? record.transact((tx) => tx.append([lane.progress(1, 1, `${index}`)]))
        : record.observe([lane.progress(1, 1, `${index}`), lane.progress(1, 1, `${index}+`)]),
    ),
  );
  await Promise.all(writes);
  equal(
    seen.map((event) => event.seq),
    seen.map((_, index) => index + 1),
    "the numbers, in commit order",
  );
  equal(await record.views.lastSeq(), seen.length, "the last number");
  for (const lane of lanes) {
    const events = await record.views.events({ laneId: lane.id, run: 1, limit: 1_000 });
    equal(
      events.map((event) => event.runSeq),
      events.map((_, index) => index + 1),
      `the numbers within the run of ${lane.id}`,
    );
    equal(events.length, 1 + 27 * 2 + 3, `the events of ${lane.id}`);
  }
  equal(await differences(), [], "differences");
}

async function keepsOrder(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = await leasedLane(harness, record);
  const before = record.observe([lane.progress(1, 1, "before")]);
  await record.transact((tx) => tx.append([lane.decide({ type: "retry_cleared", data: { reason: WHY } })]));
  await before;
  const types = (await record.views.events({ laneId: lane.id, limit: 10, newestFirst: true })).map((e) => e.event.type);
  equal(types.slice(0, 2), ["retry_cleared", "progress_seen"], "the last two events");
}

async function refusesStaleBatch(harness: RecordHarness): Promise<void> {
  const { record, differences } = await harness.open();
  const lane = await leasedLane(harness, record);
  const last = await record.views.lastSeq();
  const results = await Promise.allSettled([
    record.observe([lane.progress(1, 1, "good")]),
    record.observe([lane.progress(1, 1, "of a bad batch"), lane.progress(1, 0, "bad")]),
    record.observe([lane.progress(1, 1, "good too")]),
    record.transact((tx) => tx.append([lane.progress(1, 2, "from the future")])),
  ]);
  const verdicts = results.map((result) => (result.status === "fulfilled" ? "kept" : String(result.reason.code)));
  equal(verdicts, ["kept", "stale_fence", "kept", "stale_fence"], "what became of the batches");
  const kept = await record.views.events({ afterSeq: last, limit: 10 });
  equal(
    kept.map((stored) => (stored.event.type === "progress_seen" ? stored.event.data.message : stored.event.type)),
    ["good", "good too"],
    "what is on record",
  );
  equal(await differences(), [], "differences");
}

async function raisesFenceByOne(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = await leasedLane(harness, record);
  for (const fence of [0, 1, 3]) {
    await throwsCode("stale_fence", () => record.transact((tx) => tx.append([lane.leased("w", 1, fence)])));
  }
  await record.transact((tx) =>
    tx.append([lane.see(1, 2, { type: "lease_lost", data: { id: "w", kind: "run", fence: 2, holder: "one" } })]),
  );
  equal((await record.views.lane(lane.id))?.fence, 2, "the fence after the lease was lost");
  await throwsCode("stale_fence", () => record.observe([lane.progress(1, 1, "late")]));
}

async function undoesTransaction(harness: RecordHarness): Promise<void> {
  const { record, differences } = await harness.open();
  const lane = await leasedLane(harness, record);
  const before = await record.views.lane(lane.id);
  const last = await record.views.lastSeq();
  const failure = new Error("the case throws");
  const thrown = await record
    .transact(async (tx) => {
      await tx.append([lane.decide({ type: "lane_staged", data: { stage: "closeout", reason: WHY } })]);
      throw failure;
    })
    .catch((error: unknown) => error);
  check(thrown === failure, "the work's own error comes out");
  equal(await record.views.lane(lane.id), before, "the lane");
  equal(await record.views.lastSeq(), last, "the last number");
  equal(await differences(), [], "differences");
}

async function knowsItsLanes(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = new LaneSample(harness.workflowId, "a");
  await throwsCode("lane_missing", () => record.transact((tx) => tx.append([lane.enqueued("w", 1)])));
  await record.transact((tx) => tx.append([lane.opened()]));
  await throwsCode("lane_exists", () => record.transact((tx) => tx.append([lane.opened()])));
  await throwsCode("wrong_workflow", () =>
    record.transact((tx) => tx.append([new LaneSample("another", "b").opened()])),
  );
}

async function seesOwnChanges(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = new LaneSample(harness.workflowId, "a");
  const seen = await record.transact(async (tx) => {
    const before = await tx.lane("a");
    const [stored] = await tx.append([lane.opened()]);
    return { before, after: await tx.lane("a"), seq: stored?.seq };
  });
  equal([seen.before, seen.after?.id, seen.seq], [undefined, "a", 1], "the lane before, after, and the number");
}
