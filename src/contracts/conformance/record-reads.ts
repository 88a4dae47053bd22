import { check, type ConformanceCase, equal } from "./case.ts";
import { leasedLane, type RecordHarness } from "./record-harness.ts";
import { LaneSample, sampleIssue, WHY } from "./record-samples.ts";

/** What every record shows, and to whom. */
export const recordReadCases: readonly ConformanceCase<RecordHarness>[] = [
  { name: "tells subscribers of each commit, in order, after it", run: tellsSubscribers },
  { name: "finds events by lane, run, type, number and order", run: findsEvents },
  { name: "masks secrets before anything is written", run: masksSecrets },
  { name: "keeps commands until they are answered", run: keepsCommands },
  { name: "gives closed lanes and runs page by page, whatever their instants", run: givesPages },
  { name: "finds the newest lane of an issue by its name", run: findsByName },
  { name: "shows what is present at one instant", run: showsPresent },
];

async function tellsSubscribers(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = new LaneSample(harness.workflowId, "a");
  const told: string[][] = [];
  const stop = record.subscribe((events) => told.push(events.map((stored) => stored.event.type)));
  await record.transact((tx) => tx.append([lane.opened(), lane.enqueued("w", 1)]));
  equal(told, [["lane_opened", "work_enqueued"]], "what was told of the first commit");
  await record.transact(async () => undefined);
  equal(told.length, 1, "how often it was told, after a commit without events");
  stop();
  await record.transact((tx) => tx.append([lane.leased("w", 1, 1)]));
  equal(told.length, 1, "how often it was told, after it was stopped");
}

async function findsEvents(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = await leasedLane(harness, record);
  const other = new LaneSample(harness.workflowId, "b");
  await record.transact((tx) => tx.append([other.opened(), lane.progress(1, 1, "x"), lane.progress(1, 1, "y")]));
  const { views } = record;
  const seqs = async (query: Parameters<typeof views.events>[0]) => (await views.events(query)).map((e) => e.seq);
  equal(await seqs({ limit: 100 }), [1, 2, 3, 4, 5, 6], "all");
  equal(await seqs({ limit: 2 }), [1, 2], "the first two");
  equal(await seqs({ limit: 2, newestFirst: true }), [6, 5], "the last two");
  equal(await seqs({ limit: 100, afterSeq: 4 }), [5, 6], "those after 4");
  equal(await seqs({ limit: 100, laneId: "b" }), [4], "those of b");
  equal(await seqs({ limit: 100, laneId: "a", run: 1 }), [3, 5, 6], "those of the run");
  equal(await seqs({ limit: 100, types: ["lane_opened"] }), [1, 4], "those of one type");
}

async function masksSecrets(harness: RecordHarness): Promise<void> {
  const { record, inbox } = await harness.open();
  const lane = await leasedLane(harness, record);
  await record.observe([lane.progress(1, 1, `the token is ${harness.secret}.`)]);
  const shown = JSON.stringify([await record.views.events({ limit: 100 }), await record.views.run(lane.id, 1)]);
  check(!shown.includes(harness.secret), "a secret is on record");
  check(shown.includes("the token is [REDACTED:"), "what is left of the text says that something was masked");
  await inbox.ask({ ...command(harness, "c"), arguments: { note: harness.secret } });
  check(!JSON.stringify(await record.views.command("c")).includes(harness.secret), "a secret is in the inbox");
}

async function keepsCommands(harness: RecordHarness): Promise<void> {
  const first = await harness.open();
  await first.inbox.ask(command(harness, "z"));
  await first.inbox.ask(command(harness, "a"));
  await first.inbox.ask({ ...command(harness, "z"), verb: "stop" });
  equal(await first.inbox.answer("z"), null, "the answer before there is one");
  first.die();
  const { record, inbox, differences } = await harness.open();
  equal(
    (await record.views.openCommands()).map(({ id, verb }) => `${id} ${verb}`),
    ["z pause", "a pause"],
    "open commands, oldest first",
  );
  const answer = { ok: true, code: "done", sentence: "It is done.", at: 1 };
  await record.transact((tx) =>
    tx.append([
      {
        workflowId: harness.workflowId,
        laneId: null,
        run: null,
        fence: null,
        event: { type: "command_answered", data: { id: "z", verb: "pause", actor: "case", answer } },
      },
    ]),
  );
  equal(await inbox.answer("z"), answer, "the answer");
  equal((await record.views.command("z"))?.answer, answer, "the answered command");
  equal(
    (await record.views.openCommands()).map(({ id }) => id),
    ["a"],
    "commands that are still open",
  );
  equal(await differences(), [], "differences");
}

async function givesPages(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const { views } = record;
  const ids = ["a", "b", "c", "d", "e"];
  // Two at a time, so that some share their instant.
  for (const group of [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]) {
    const drafts = group.map((id) => new LaneSample(harness.workflowId, id)).flatMap(ended);
    await record.transact((tx) => tx.append(drafts));
  }
  const lanes = (await views.closedLanes(10)).map(({ id }) => id);
  equal(lanes.toSorted(), ids, "all closed lanes");
  const runs = (await views.recentRuns(20)).map(({ laneId, number }) => `${laneId}/${number}`);
  equal(runs.length, 10, "how many runs there are");
  for (const limit of [1, 2, 3]) {
    const pagedLanes: string[] = [];
    for (let before: string | undefined; ; before = pagedLanes.at(-1)) {
      const page = await views.closedLanes(limit, before);
      if (page.length === 0) break;
      pagedLanes.push(...page.map(({ id }) => id));
    }
    equal(pagedLanes, lanes, `closed lanes by ${limit}`);
    const pagedRuns: { readonly laneId: string; readonly number: number }[] = [];
    for (;;) {
      const page = await views.recentRuns(limit, pagedRuns.at(-1));
      if (page.length === 0) break;
      pagedRuns.push(...page.map(({ laneId, number }) => ({ laneId, number })));
    }
    equal(
      pagedRuns.map(({ laneId, number }) => `${laneId}/${number}`),
      runs,
      `runs by ${limit}`,
    );
  }
  equal(await views.closedLanes(5, "unknown"), [], "what is behind a lane that does not exist");
  equal(await views.recentRuns(5, { laneId: "a", number: 9 }), [], "what is behind a run that does not exist");
  equal(
    (await views.runsOfLane("a", 1)).map(({ number }) => number),
    [2],
    "the newest run of a lane",
  );
}

function ended(lane: LaneSample) {
  return [
    lane.opened(),
    ...[1, 2].flatMap((run) => [
      lane.enqueued(`w${run}`, run),
      lane.decide({ type: "work_closed", data: { id: `w${run}`, kind: "run", counts: "nothing", reason: WHY } }),
    ]),
    lane.decide({ type: "lane_closed", data: { reason: WHY } }),
  ];
}

async function findsByName(harness: RecordHarness): Promise<void> {
  const { record, differences } = await harness.open();
  const { views } = record;
  const first = new LaneSample(harness.workflowId, "a");
  await record.transact((tx) => tx.append([first.opened(), new LaneSample(harness.workflowId, "b").opened()]));
  equal((await views.laneNamed("A"))?.id, "a", "the open lane");
  equal(await views.laneNamed("a"), undefined, "the lane of an issue with another name");
  await record.transact((tx) => tx.append([first.decide({ type: "lane_closed", data: { reason: WHY } })]));
  equal((await views.laneNamed("A"))?.stage, "closed", "the closed lane");
  const renamed = { ...sampleIssue("b"), identifier: "NEW-1" };
  const other = new LaneSample(harness.workflowId, "b");
  await record.transact((tx) => tx.append([other.decide({ type: "issue_refreshed", data: { issue: renamed } })]));
  equal((await views.laneNamed("NEW-1"))?.id, "b", "the lane of an issue that was renamed");
  equal(await views.laneNamed("B"), undefined, "the lane by its old name");
  equal(await differences(), [], "differences");
}

async function showsPresent(harness: RecordHarness): Promise<void> {
  const { record } = await harness.open();
  const lane = await leasedLane(harness, record);
  const closed = new LaneSample(harness.workflowId, "b");
  await record.transact((tx) => tx.append([...ended(closed), lane.progress(1, 1, "x")]));
  const { views } = record;
  const present = await views.present();
  equal(present.lanes, await views.openLanes(), "the lanes");
  equal(present.runs, [await views.run(lane.id, 1)], "the runs");
  equal(present.totals, await views.totals(), "the totals");
  equal([present.mode, present.lastSeq], ["running", await views.lastSeq()], "mode and number");
}

function command(harness: RecordHarness, id: string) {
  return { id, workflowId: harness.workflowId, actor: "case", verb: "pause", arguments: {}, askedAt: 1 };
}
