import type { WorkRecord } from "../record.ts";
import { type ConformanceCase, equal, throwsCode } from "./case.ts";
import { leasedLane, type RecordHarness } from "./record-harness.ts";
import { LaneSample, sampleOutcome, WHY } from "./record-samples.ts";

/** What every record does when its process ends and another begins. */
export const recordLifeCases: readonly ConformanceCase<RecordHarness>[] = [
  { name: "loses nothing acknowledged and keeps nothing else when the process dies", run: survivesDeath },
  { name: "shows after a restart what it showed before", run: showsTheSame },
  { name: "refuses everything after it was closed", run: refusesWhenClosed },
];

async function survivesDeath(harness: RecordHarness): Promise<void> {
  const first = await harness.open();
  const lane = await leasedLane(harness, first.record);
  await first.record.observe([lane.progress(1, 1, "acknowledged")]);
  void first.record.observe([lane.progress(1, 1, "never acknowledged")]);
  first.die();
  const second = await harness.open();
  const messages = await progressOf(second.record, lane);
  equal(messages, ["acknowledged"], "what survived");
  await second.record.transact((tx) => tx.append([lane.progress(1, 1, "afterwards")]));
  const events = await second.record.views.events({ limit: 100 });
  equal(
    events.map((event) => event.seq),
    events.map((_, index) => index + 1),
    "the numbers across the restart",
  );
  equal(await second.differences(), [], "differences");
}

async function showsTheSame(harness: RecordHarness): Promise<void> {
  const first = await harness.open();
  const lane = await leasedLane(harness, first.record);
  const parked = new LaneSample(harness.workflowId, "parked");
  await first.record.transact((tx) =>
    tx.append([
      lane.see(1, 1, { type: "work_settled", data: { id: "w", kind: "run", outcome: sampleOutcome("failed") } }),
      lane.decide({ type: "work_closed", data: { id: "w", kind: "run", counts: "failure", reason: WHY } }),
      lane.decide({ type: "retry_scheduled", data: { kind: "failure", attempt: 1, dueAt: 99, error: "no" } }),
      parked.opened(),
      parked.decide({ type: "lane_parked", data: { ...WHY, at: 5, until: "input" } }),
      lane.decide({ type: "service_mode_changed", data: { mode: "paused", actor: "case" } }),
    ]),
  );
  const before = await everything(first.record);
  equal([before.lane?.failures, before.lane?.retry?.dueAt], [1, 99], "failures and retry");
  first.die();
  const second = await harness.open();
  equal(await everything(second.record), before, "what the views show");

  async function everything(record: WorkRecord) {
    const { views } = record;
    return {
      lane: await views.lane(lane.id),
      open: await views.openLanes(),
      issue: await views.lanesOfIssue("parked"),
      runs: await views.runsOfLane(lane.id),
      recent: await views.recentRuns(10),
      totals: await views.totals(),
      mode: await views.mode(),
    };
  }
}

async function refusesWhenClosed(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = await leasedLane(harness, record);
  const late = record.observe([lane.progress(1, 1, "just in time")]);
  await record.close();
  await late;
  await record.close();
  await throwsCode("record_closed", () => record.transact((tx) => tx.lane(lane.id)));
  await throwsCode("record_closed", () => record.observe([lane.progress(1, 1, "too late")]));
  await throwsCode("record_closed", () => record.flush());
  await throwsCode("record_closed", () => record.views.openLanes());
  const again = await harness.open();
  equal(await progressOf(again.record, lane), ["just in time"], "what closing committed");
}

async function progressOf(record: WorkRecord, lane: LaneSample): Promise<string[]> {
  const events = await record.views.events({ laneId: lane.id, types: ["progress_seen"], limit: 100 });
  return events.flatMap(({ event }) => (event.type === "progress_seen" ? [event.data.message] : []));
}
