import { check, type ConformanceCase, equal, throwsCode } from "./case.ts";
import { type EngineHarness, LEASE_MS, pulling, pullOne, queuedLane, settleNow, typesOf } from "./engine-harness.ts";
import { sampleOutcome, WHY } from "./record-samples.ts";

/** What every engine does with leases that end badly. */
export const engineLeaseCases: readonly ConformanceCase<EngineHarness>[] = [
  { name: "renews a lease while it is held and not after it ran out", run: renews },
  { name: "takes an expired lease once, as a fact, and starts nothing", run: takesExpired },
  { name: "refuses everything of a frozen puller that wakes after its lease went", run: refusesFrozen },
  { name: "lets either settle or expiry win, never both", run: settlesOrExpires },
  { name: "takes what another instance held", run: takesOthers },
  { name: "tells a lost lease again until its end is on record, also after a crash", run: remembersLost },
];

async function renews(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  await queuedLane(harness, first, "a");
  const lease = await pullOne(first);
  for (let beat = 0; beat < 5; beat += 1) {
    await harness.pass(LEASE_MS - 1);
    equal([...(await first.engine.heartbeat([lease]))], ["w-a"], "what is still held");
  }
  equal((await first.engine.takeExpired()).length, 0, "expired leases while beating");
  await harness.pass(LEASE_MS);
  equal([...(await first.engine.heartbeat([lease]))], [], "what is held after the lease ran out");
}

async function takesExpired(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  await queuedLane(harness, first, "a");
  const lease = await pullOne(first);
  await harness.pass(LEASE_MS - 1);
  equal(await first.engine.takeExpired(), [], "expired leases too early");
  await harness.pass(1);
  const [taken, ...others] = await first.engine.takeExpired();
  equal([taken?.work.id, taken?.fence, taken?.holder, others.length], ["w-a", lease.fence, "one", 0], "what was taken");
  equal((await typesOf(first, "a")).at(-1), "lease_lost", "the last event");
  equal(await first.engine.pull(pulling("two", 5)), [], "what starts by itself");
  equal(await first.engine.queued(), [], "what is queued by itself");
}

async function refusesFrozen(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  const { record, engine } = first;
  const lane = await queuedLane(harness, first, "a");
  const frozen = await pullOne(first, "frozen");
  await record.transact((tx) =>
    tx.append([
      lane.decide({
        type: "outbox_planned",
        data: {
          key: "k",
          fence: frozen.fence,
          intent: { kind: "push", branch: "b", sha: "1", expected: null },
          dueAt: 0,
        },
      }),
    ]),
  );
  await harness.pass(LEASE_MS);
  await engine.takeExpired();
  const sending = lane.see(1, frozen.fence, { type: "outbox_sending", data: { key: "k" } });
  const late = lane.progress(1, frozen.fence, "late");
  const refuseAll = async (): Promise<void> => {
    await throwsCode("stale_fence", () => record.observe([late]));
    await throwsCode("stale_fence", () => record.transact((tx) => tx.append([late])));
    await throwsCode("stale_fence", () => record.transact((tx) => tx.append([sending])));
    equal(await settleNow(first, frozen, "succeeded"), false, "whether the frozen puller settles");
    equal([...(await engine.heartbeat([frozen]))], [], "what the frozen puller holds");
  };
  await refuseAll();
  await record.transact(async (tx) => {
    await tx.append([
      lane.decide({ type: "work_settled", data: { id: "w-a", kind: "run", outcome: sampleOutcome("lost") } }),
      lane.decide({ type: "work_closed", data: { id: "w-a", kind: "run", counts: "interruption", reason: WHY } }),
      lane.enqueued("w-a2", 2),
    ]);
    equal(await engine.enqueue(tx, lane.work("w-a2", { run: 2 })), "queued", "the next piece of work");
  });
  const next = await pullOne(first, "two");
  check(next.fence > frozen.fence, "the next fence is higher");
  await refuseAll();
  await record.transact((tx) => tx.append([lane.progress(2, next.fence, "the new holder writes")]));
  equal(await settleNow(first, next, "succeeded"), true, "whether the new holder settles");
}

async function settlesOrExpires(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  for (const order of ["settle", "expire"]) {
    await queuedLane(harness, first, order);
    const lease = await pullOne(first);
    await harness.pass(LEASE_MS);
    const settle = () => settleNow(first, lease, "succeeded");
    const expire = () => first.engine.takeExpired();
    const [settled, taken] =
      order === "settle"
        ? await Promise.all([settle(), expire()])
        : await Promise.all([expire(), settle()]).then(([leases, done]) => [done, leases] as const);
    equal([settled, taken.length].filter(Boolean).length, 1, `how many won when ${order} came first`);
    const types = await typesOf(first, order);
    equal(types.includes("work_settled"), settled, "whether the end is on record");
    equal(types.includes("lease_lost"), !settled, "whether the loss is on record");
    // Ends the lost one, so that it is not told again in the next round.
    await first.record.transact((tx) =>
      tx.append([
        {
          ...scopeOf(harness, order),
          event: { type: "work_closed", data: { id: lease.work.id, kind: "run", counts: "nothing", reason: WHY } },
        },
      ]),
    );
  }
}

async function takesOthers(harness: EngineHarness): Promise<void> {
  await queuedLane(harness, harness.first, "a");
  await queuedLane(harness, harness.first, "b");
  const lost = await pullOne(harness.first, "dead");
  const second = await harness.restart();
  const kept = await pullOne(second, "alive");
  const taken = await second.engine.takeOthers("alive");
  equal(
    taken.map((lease) => [lease.work.id, lease.holder]),
    [[lost.work.id, "dead"]],
    "what was taken",
  );
  equal([...(await second.engine.heartbeat([kept, lost]))], [kept.work.id], "what is still held");
  equal(await settleNow(second, lost, "succeeded"), false, "whether the dead one settles");
}

async function remembersLost(harness: EngineHarness): Promise<void> {
  const lane = await queuedLane(harness, harness.first, "a");
  await pullOne(harness.first, "dead");
  const second = await harness.restart();
  equal((await second.engine.takeOthers("second")).length, 1, "what the second instance takes");
  const third = await harness.restart();
  const ids = async () => (await third.engine.takeExpired()).map((lease) => lease.work.id);
  equal(await ids(), ["w-a"], "what is told after a crash in between");
  const enqueue = () => third.record.transact(async (tx) => third.engine.enqueue(tx, lane.work("w-a2", { run: 2 })));
  equal(await enqueue(), "already", "new work before the end is on record");
  await third.record.transact((tx) =>
    tx.append([
      lane.decide({ type: "work_settled", data: { id: "w-a", kind: "run", outcome: sampleOutcome("lost") } }),
    ]),
  );
  equal(await ids(), [], "what is told afterwards");
  equal(await enqueue(), "queued", "new work afterwards");
}

function scopeOf(harness: EngineHarness, laneId: string) {
  return { workflowId: harness.workflowId, laneId, run: null, fence: null };
}
