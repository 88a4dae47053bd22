import { describe, expect, test } from "vitest";
import { sampleOutcome, WHY } from "../../src/contracts/conformance/record-samples.ts";
import type { RunSummary } from "../../src/model/run-summary.ts";
import { NO_USAGE } from "../../src/model/usage.ts";
import { exportRecord, pruneRecord, verifyRecord } from "../../src/record/index.ts";
import { memoryDatabase, sampleLane, sampleRecord } from "./fixture.ts";

const SUMMARY: RunSummary = {
  profile: "p",
  agent: "mock",
  model: null,
  runtime: "local",
  machine: "here",
  worker: "one",
  turns: 1,
  tools: [{ name: "run_handoff", calls: 1, failed: 0 }],
  usage: NO_USAGE,
  stdout: { lines: 3, bytes: 30 },
  stderr: { lines: 0, bytes: 0, tail: [] },
  files: [{ path: "a.txt", added: 1, removed: null }],
  headSha: "1",
};

/** Lane a is closed and settled, b is closed with an open write, c is open. */
async function filled() {
  const database = await memoryDatabase();
  const sample = await sampleRecord({ database });
  const { record, clock } = sample;
  for (const id of ["a", "b", "c"]) {
    const lane = sampleLane(id);
    await record.transact((tx) =>
      tx.append([
        lane.opened(),
        lane.enqueued(`w-${id}`, 1),
        lane.leased(`w-${id}`, 1, 1),
        lane.see(1, 1, {
          type: "evidence_recorded",
          data: { kind: "validation", witness: "host", ok: true, sentence: "s", headSha: "1", facts: {} },
        }),
        lane.decide({
          type: "outbox_planned",
          data: { key: id, fence: 1, intent: { kind: "delete_branch", branch: "b", headSha: null }, dueAt: 0 },
        }),
        lane.see(1, 1, {
          type: "work_settled",
          data: { id: `w-${id}`, kind: "run", outcome: sampleOutcome("succeeded") },
        }),
        lane.see(1, 1, { type: "run_summarised", data: { summary: SUMMARY } }),
      ]),
    );
  }
  const closing = ["a", "b"].map((id) => sampleLane(id).decide({ type: "lane_closed", data: { reason: WHY } }));
  const settled = sampleLane("a").decide({ type: "outbox_settled", data: { key: "a", state: "done", result: null } });
  await record.transact((tx) => tx.append([settled, ...closing]));
  return { ...sample, database, now: clock.now() };
}

describe("pruning", () => {
  test("replaces a closed lane's events by one, and shows the lane as before", async () => {
    const { open, views, now } = await filled();
    expect((await views.run("a", 1))?.summary).toEqual(SUMMARY);
    const before = { lane: await views.lane("a"), runs: await views.runsOfLane("a"), totals: await views.totals() };
    const report = await pruneRecord(open, { closedBefore: now + 1 });
    expect(report).toEqual({
      lanes: [{ laneId: "a", identifier: "A", events: 9 }],
      events: 9,
      kept: [{ laneId: "b", reason: "an outside write of it is not settled" }],
    });
    expect({ lane: await views.lane("a"), runs: await views.runsOfLane("a"), totals: await views.totals() }).toEqual(
      before,
    );
    expect((await views.events({ laneId: "a", limit: 10 })).map((stored) => stored.event.type)).toEqual([
      "lane_archived",
    ]);
    expect(await views.evidence("a")).toEqual([]);
    expect(await open.record.transact((tx) => tx.outboxRow("a"))).toBeUndefined();
    expect(await verifyRecord(open)).toMatchObject({ ok: true, differences: [] });
    expect((await pruneRecord(open, { closedBefore: now + 1 })).lanes).toEqual([]);
  });

  test("keeps what was closed later, and touches nothing in a dry run", async () => {
    const { open, views, now } = await filled();
    expect((await pruneRecord(open, { closedBefore: now })).lanes).toEqual([]);
    const last = await views.lastSeq();
    const report = await pruneRecord(open, { closedBefore: now + 1, dryRun: true });
    expect(report).toMatchObject({ lanes: [{ laneId: "a", events: 9 }], events: 9 });
    expect(await views.lastSeq()).toBe(last);
    expect(await views.events({ laneId: "a", limit: 20 })).toHaveLength(9);
  });

  test("survives a restart", async () => {
    const { open, database, now } = await filled();
    await pruneRecord(open, { closedBefore: now + 1 });
    open.abandon();
    const again = await sampleRecord({ database });
    expect((await again.views.closedLanes(10)).map((lane) => lane.id)).toEqual(["a", "b"]);
    expect(await verifyRecord(again.open)).toMatchObject({ ok: true });
  });
});

describe("verification", () => {
  test.for([
    { sql: "update lanes set data = replace(data, 'Issue a', 'Issue z') where id = 'a'", names: "lanes a" },
    { sql: "update lanes set open = 1 where id = 'a'", names: "lanes a" },
    { sql: "update lanes set data = '{' where id = 'a'", names: "lanes a" },
    { sql: "delete from lanes where id = 'a'", names: "lanes a" },
    {
      sql: "update runs set data = replace(data, '\"number\":1', '\"number\":2') where lane_id = 'a'",
      names: "runs a/1",
    },
    {
      sql: "insert into runs select workflow_id, lane_id, 2, claimed_at, data from runs where lane_id = 'a'",
      names: "runs",
    },
    { sql: "delete from evidence where lane_id = 'c'", names: "evidence" },
    { sql: "update outbox set position = 1 where key = 'c'", names: "outbox c" },
    { sql: "update outbox set data = replace(data, 'planned', 'unknown') where key = 'c'", names: "outbox c" },
    { sql: "update totals set data = replace(data, '\"runs\":3', '\"runs\":4')", names: "totals" },
    { sql: "delete from totals", names: "totals" },
    { sql: "insert into service values ('sample', '{\"mode\":\"paused\"}')", names: "service" },
    { sql: "delete from events where seq = 4", names: "events" },
    { sql: "update events set run_seq = 9 where seq = 4", names: "events 4" },
    { sql: "update events set data = 'x' where seq = 4", names: "events 4" },
  ])("notices: $sql", async ({ sql, names }) => {
    const { open, database } = await filled();
    expect(await verifyRecord(open)).toMatchObject({ ok: true, differences: [] });
    database.exec(sql);
    const report = await verifyRecord(open);
    expect(report.ok).toBe(false);
    expect(report.differences.some((difference) => difference.startsWith(names))).toBe(true);
  });

  test("notices an answer that nobody gave", async () => {
    const { open, database } = await filled();
    await open.inbox.ask({ id: "c", workflowId: "sample", actor: "t", verb: "stop", arguments: {}, askedAt: 0 });
    expect(await verifyRecord(open)).toMatchObject({ ok: true });
    database.exec("update commands set answer = '{}'");
    expect((await verifyRecord(open)).differences).toEqual(["commands c: no event says so"]);
  });
});

describe("export", () => {
  test("writes every event as one line, in order, with what became a secret since", async () => {
    const { open, secrets } = await filled();
    secrets.register("late", "Issue b");
    const lines: string[] = [];
    await exportRecord(open, { secrets }, (line) => void lines.push(line));
    const events = lines.map((line) => JSON.parse(line));
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events[2]).toMatchObject({
      version: 1,
      workflow_id: "sample",
      lane_id: "a",
      run: 1,
      run_seq: 1,
      fence: 1,
      type: "lease_granted",
    });
    expect(lines.join("\n")).not.toContain("Issue b");
    expect(lines.join("\n")).toContain("[REDACTED:late]");
  });

  test("of one lane, over many pages, waiting for the writer", async () => {
    const { open, record } = await filled();
    const lane = sampleLane("c");
    await record.transact((tx) => tx.append(Array.from({ length: 1_200 }, (_, n) => lane.progress(1, 1, `${n}`))));
    let writing = 0;
    let count = 0;
    await exportRecord(open, { laneId: "c" }, async (line) => {
      writing += 1;
      expect(writing).toBe(1);
      await Promise.resolve();
      writing -= 1;
      count += 1;
      expect(JSON.parse(line).lane_id).toBe("c");
    });
    expect(count).toBe(1_207);
  });
});
