import { check, type ConformanceCase, equal, throwsCode } from "./case.ts";
import { type EngineHarness, pulling, pullOne, queuedLane, settleNow, typesOf } from "./engine-harness.ts";
import { LaneSample, sampleOutcome, WHY } from "./record-samples.ts";

/** What every engine does with its queue. */
export const engineQueueCases: readonly ConformanceCase<EngineHarness>[] = [
  { name: "gives two pullers different work, and never more than they have slots for", run: servesTwoPullers },
  { name: "gives the oldest first, by kind and machine", run: givesOldestFirst },
  { name: "keeps one piece of work per lane until it is settled", run: isExclusive },
  { name: "raises the fence in the transaction of the lease", run: raisesFence },
  { name: "enqueues and settles with the caller's transaction or not at all", run: joinsTransactions },
  { name: "calls for work when it is on record", run: callsForWork },
  { name: "ends queued work that is canceled, and keeps leased work until its holder has ended it", run: cancels },
  { name: "does not hand out work that was called off on record", run: skipsCanceled },
  { name: "keeps its queue over a restart", run: keepsQueue },
  { name: "refuses everything after it was closed", run: refusesWhenClosed },
];

async function servesTwoPullers(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  for (let n = 0; n < 9; n += 1) await queuedLane(harness, first, `lane-${n}`);
  const batches = await Promise.all([
    first.engine.pull(pulling("one", 3)),
    first.engine.pull(pulling("two", 4)),
    first.engine.pull(pulling("one", 1)),
    first.engine.pull(pulling("two", 0)),
    first.engine.pull(pulling("two", 5)),
  ]);
  equal(
    batches.map((leases) => leases.length),
    [3, 4, 1, 0, 1],
    "how much each pull gave",
  );
  const ids = batches.flat().map((lease) => lease.work.id);
  equal(new Set(ids).size, 9, "different pieces of work");
}

async function givesOldestFirst(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  await queuedLane(harness, first, "z");
  await queuedLane(harness, first, "elsewhere", { machine: "there" });
  await queuedLane(harness, first, "checks", { kind: "validate" });
  await queuedLane(harness, first, "a");
  const pull = async (more: Parameters<typeof pulling>[2]) =>
    (await first.engine.pull(pulling("one", 9, more))).map((lease) => lease.work.laneId);
  equal(
    (await first.engine.queued()).map((work) => work.laneId),
    ["z", "elsewhere", "checks", "a"],
    "the queue",
  );
  equal(await pull({}), ["z", "a"], "runs here");
  equal(await pull({ machine: "there", kinds: ["run", "land"] }), ["elsewhere"], "runs there");
  equal(await pull({ kinds: ["validate", "clean"] }), ["checks"], "validations here");
}

async function isExclusive(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  const lane = await queuedLane(harness, first, "a");
  const enqueue = (id: string) =>
    first.record.transact((tx) => first.engine.enqueue(tx, lane.work(id, { kind: "validate" })));
  equal(await enqueue("w-2"), "already", "a second piece while the first is queued");
  const lease = await pullOne(first);
  equal(await enqueue("w-2"), "already", "a second piece while the first is leased");
  equal(await settleNow(first, lease, "succeeded"), true, "whether the holder settles");
  equal(await settleNow(first, lease, "failed"), false, "whether it settles twice");
  equal(await enqueue("w-2"), "queued", "a second piece afterwards");
}

async function raisesFence(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  const lane = await queuedLane(harness, first, "a");
  const commits: string[][] = [];
  first.record.subscribe((events) => commits.push(events.map((stored) => stored.event.type)));
  const lease = await pullOne(first);
  const view = await first.record.views.lane("a");
  equal([lease.fence, view?.fence, view?.work?.state], [1, 1, "leased"], "fence of the lease, of the lane, its work");
  equal(commits, [["lease_granted"]], "the commit");
  await settleNow(first, lease, "succeeded");
  await first.record.transact((tx) => first.engine.enqueue(tx, lane.work("w-2")));
  equal((await pullOne(first)).fence, 2, "the fence of the next lease");
}

async function joinsTransactions(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  const { record, engine } = first;
  const lane = new LaneSample(harness.workflowId, "a");
  let called = 0;
  engine.onWork(() => (called += 1));
  const failing = record.transact(async (tx) => {
    await tx.append([lane.opened()]);
    await engine.enqueue(tx, lane.work("w-a"));
    throw new Error("the case throws");
  });
  await failing.catch(() => undefined);
  equal([await engine.queued(), called], [[], 0], "what is queued, and how often work was announced");
  await queuedLane(harness, first, "a");
  const lease = await pullOne(first);
  const undone = record.transact(async (tx) => {
    check(await engine.settle(tx, lease, sampleOutcome("succeeded")), "it settles at first");
    throw new Error("the case throws");
  });
  await undone.catch(() => undefined);
  equal([...(await engine.heartbeat([lease]))], ["w-a"], "what is held after the settle was undone");
  equal((await typesOf(first, "a")).includes("work_settled"), false, "whether the end is on record");
}

async function callsForWork(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  const queued: Promise<number>[] = [];
  const stop = first.engine.onWork(() => queued.push(first.engine.queued().then((work) => work.length)));
  await queuedLane(harness, first, "a");
  equal(await Promise.all(queued), [1], "what was queued when work was announced");
  stop();
  await queuedLane(harness, first, "b");
  equal(queued.length, 1, "how often work was announced, after it was stopped");
}

async function cancels(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  const { record, engine } = first;
  await queuedLane(harness, first, "a");
  const revoked: string[] = [];
  engine.onRevoked((workId) => revoked.push(workId));
  equal(await engine.cancel("w-a"), "removed", "what queued work was");
  const work = (await record.views.lane("a"))?.work;
  equal([work?.state, work?.outcome?.status], ["settled", "canceled"], "the canceled work on its lane");
  equal((await record.views.run("a", 1))?.phase, "ended", "its run");
  equal(await engine.pull(pulling("one", 5)), [], "what can be pulled");
  const lane = await queuedLane(harness, first, "b");
  const lease = await pullOne(first);
  equal(await engine.cancel("w-b"), "revoked", "what leased work was");
  equal(revoked, ["w-b"], "what its holder was told");
  equal([...(await engine.heartbeat([lease]))], [], "what the holder's heartbeat says");
  const enqueue = () => record.transact((tx) => engine.enqueue(tx, lane.work("w-b2")));
  equal(await enqueue(), "already", "new work while the holder ends the old");
  equal(await settleNow(first, lease, "canceled"), true, "whether the holder settles");
  equal(await enqueue(), "queued", "new work afterwards");
  equal(await engine.cancel("w-b"), "gone", "what settled work was");
}

async function skipsCanceled(harness: EngineHarness): Promise<void> {
  const lane = await queuedLane(harness, harness.first, "a");
  await harness.first.record.transact((tx) =>
    tx.append([lane.decide({ type: "work_canceled", data: { id: "w-a", reason: WHY } })]),
  );
  const second = await harness.restart();
  equal(await second.engine.pull(pulling("one", 5)), [], "what can be pulled");
  const work = (await second.record.views.lane("a"))?.work;
  equal([work?.state, work?.outcome?.reason], ["settled", WHY], "the canceled work on its lane");
}

async function keepsQueue(harness: EngineHarness): Promise<void> {
  await queuedLane(harness, harness.first, "a");
  await queuedLane(harness, harness.first, "b");
  const before = await harness.first.engine.queued();
  const second = await harness.restart();
  equal(await second.engine.queued(), before, "the queue");
}

async function refusesWhenClosed(harness: EngineHarness): Promise<void> {
  const { first } = harness;
  await queuedLane(harness, first, "a");
  const lease = await pullOne(first);
  await first.engine.close();
  await throwsCode("engine_closed", () => first.engine.pull(pulling("one", 1)));
  await throwsCode("engine_closed", () => first.engine.heartbeat([lease]));
  await throwsCode("engine_closed", () => settleNow(first, lease, "succeeded"));
  await throwsCode("engine_closed", () => first.engine.takeExpired());
}
