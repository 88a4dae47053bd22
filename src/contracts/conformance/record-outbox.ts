import type { Event } from "../../model/events/index.ts";
import type { Intent } from "../../model/outbox.ts";
import type { WorkRecord } from "../record.ts";
import { type ConformanceCase, equal } from "./case.ts";
import type { RecordHarness } from "./record-harness.ts";
import { LaneSample } from "./record-samples.ts";

const INTENT: Intent = { kind: "issue_move", issueId: "a", from: "Todo", to: "Done" };

/** What every record does with outside writes. */
export const recordOutboxCases: readonly ConformanceCase<RecordHarness>[] = [
  { name: "lists open outside writes in the order of their plans", run: ordersWrites },
  { name: "takes two plans with one key for one write", run: plansOnce },
  { name: "follows an outside write from its plan to its end", run: followsWrite },
];

async function ordersWrites(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = await openLane(harness, record);
  await record.transact((tx) => tx.append(["z", "a", "m"].map((key) => lane.decide(planned(key, 1)))));
  equal(await openKeys(record), ["z", "a", "m"], "the order");
  await record.transact((tx) => tx.append([lane.decide(settled("a", "done"))]));
  equal(await openKeys(record), ["z", "m"], "what is open after one was settled");
}

async function plansOnce(harness: RecordHarness): Promise<void> {
  const { record, differences } = await harness.open();
  const lane = await openLane(harness, record);
  const append = (...events: Event[]) => record.transact((tx) => tx.append(events.map((event) => lane.decide(event))));
  const row = () => record.transact((tx) => tx.outboxRow("k"));
  await append(planned("k", 1), { type: "outbox_sending", data: { key: "k" } }, planned("k", 2));
  const renewed = await row();
  equal([renewed?.state, renewed?.fence, renewed?.tries], ["sending", 2, 1], "state, fence, tries of the open row");
  await append(settled("k", "refused"), planned("k", 3));
  const again = await row();
  equal([again?.state, again?.fence, again?.tries], ["planned", 3, 0], "state, fence, tries when planned again");
  await append(settled("k", "done"), planned("k", 4));
  equal((await row())?.state, "done", "the state of a row that was done");
  equal(await openKeys(record), [], "what is open");
  equal(await differences(), [], "differences");
}

async function followsWrite(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = await openLane(harness, record);
  const steps: { readonly event: Event; readonly expected: readonly unknown[] }[] = [
    { event: planned("k", 1), expected: ["planned", 0, 7, null] },
    { event: { type: "outbox_sending", data: { key: "k" } }, expected: ["sending", 1, 7, null] },
    {
      event: { type: "outbox_postponed", data: { key: "k", detail: "busy", dueAt: 8 } },
      expected: ["planned", 1, 8, "busy"],
    },
    { event: { type: "outbox_sending", data: { key: "k" } }, expected: ["sending", 2, 8, "busy"] },
    {
      event: { type: "outbox_unknown", data: { key: "k", detail: "lost", dueAt: 9 } },
      expected: ["unknown", 2, 9, "lost"],
    },
    {
      event: { type: "outbox_unknown", data: { key: "k", detail: "lost again", dueAt: 10 } },
      expected: ["unknown", 3, 10, "lost again"],
    },
    { event: settled("k", "done"), expected: ["done", 3, 10, "result"] },
    { event: { type: "outbox_sending", data: { key: "k" } }, expected: ["done", 3, 10, "result"] },
  ];
  for (const { event, expected } of steps) {
    await record.transact((tx) => tx.append([lane.decide(event)]));
    const row = await record.transact((tx) => tx.outboxRow("k"));
    equal([row?.state, row?.tries, row?.dueAt, row?.result], expected, `the row after ${event.type}`);
  }
}

function planned(key: string, fence: number): Event {
  return { type: "outbox_planned", data: { key, fence, intent: INTENT, dueAt: 7 } };
}

function settled(key: string, state: "done" | "refused"): Event {
  return { type: "outbox_settled", data: { key, state, result: "result" } };
}

async function openLane(harness: RecordHarness, record: WorkRecord): Promise<LaneSample> {
  const lane = new LaneSample(harness.workflowId, "a");
  await record.transact((tx) => tx.append([lane.opened()]));
  return lane;
}

async function openKeys(record: WorkRecord): Promise<string[]> {
  return (await record.views.openOutbox()).map((row) => row.key);
}
