import { check, type ConformanceCase, equal } from "./case.ts";
import { leasedLane, type RecordHarness } from "./record-harness.ts";
import { LaneSample } from "./record-samples.ts";

/** What every record shows, and to whom. */
export const recordReadCases: readonly ConformanceCase<RecordHarness>[] = [
  { name: "tells subscribers of each commit, in order, after it", run: tellsSubscribers },
  { name: "finds events by lane, run, type, number and order", run: findsEvents },
  { name: "masks secrets before anything is written", run: masksSecrets },
  { name: "keeps commands until they are answered", run: keepsCommands },
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

function command(harness: RecordHarness, id: string) {
  return { id, workflowId: harness.workflowId, actor: "case", verb: "pause", arguments: {}, askedAt: 1 };
}
