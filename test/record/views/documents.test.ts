import { describe, expect, it } from "vitest";
import { sampleOutcome, WHY } from "../../../src/contracts/conformance/record-samples.ts";
import type { Event } from "../../../src/model/events/index.ts";
import {
  closedLanePage,
  findLane,
  findRun,
  issueState,
  laneDocument,
  laneRow,
  runPage,
  verifyRecord,
} from "../../../src/record/index.ts";
import { laneOf, parkedOf } from "../../policy/facts.ts";
import { sampleLane, sampleRecord } from "../fixture.ts";

const NOW = Date.UTC(2026, 0, 2);
const SETTLED = (id: string, status: "succeeded" | "failed"): Event => ({
  type: "work_settled",
  data: { id, kind: "run", outcome: sampleOutcome(status) },
});

/** Lane a is closed after two runs, of which the last failed; lane b is at work. */
async function filled() {
  const sample = await sampleRecord();
  const [a, b] = [sampleLane("a"), sampleLane("b")];
  const close = (id: string) =>
    a.decide({ type: "work_closed", data: { id, kind: "run", counts: "failure", reason: WHY } });
  await sample.record.transact((tx) =>
    tx.append([
      a.opened(),
      a.enqueued("w1", 1),
      a.leased("w1", 1, 1),
      a.see(1, 1, {
        type: "workspace_prepared",
        data: { path: "/w/a", created: true, baseSha: "base", headSha: "base" },
      }),
      a.see(1, 1, SETTLED("w1", "succeeded")),
      a.see(1, 1, { type: "transcript_kept", data: { file: "/t/a.1.gz", bytes: 5 } }),
      close("w1"),
      a.enqueued("w2", 2),
      a.leased("w2", 2, 2),
      a.see(2, 2, {
        type: "evidence_recorded",
        data: { kind: "commit", witness: "host", ok: true, sentence: "Seen.", headSha: "h", facts: {} },
      }),
      a.see(2, 2, SETTLED("w2", "failed")),
      close("w2"),
      a.see(2, 2, { type: "workspace_removed", data: { path: "/w/a", salvage: null } }),
      a.decide({ type: "lane_closed", data: { reason: WHY } }),
      b.opened(),
      b.enqueued("w3", 1),
      b.leased("w3", 1, 1),
      b.see(1, 1, {
        type: "session_started",
        data: { sessionId: "s", agent: "mock", resumed: false, promptHash: "p" },
      }),
      b.see(1, 1, { type: "turn_started", data: { turn: 1 } }),
      b.decide({
        type: "outbox_planned",
        data: { key: "k", fence: 1, intent: { kind: "delete_branch", branch: "b", headSha: null }, dueAt: 0 },
      }),
    ]),
  );
  return sample;
}

describe("documents", () => {
  it("show an issue under way under the names of S-248", async () => {
    const { views } = await filled();
    const transcriptUrl = (lane: string, run: number) => `/t/${lane}/${run}`;
    expect(await issueState(views, "B", { now: NOW, transcriptUrl })).toMatchObject({
      issue_identifier: "B",
      issue_id: "b",
      status: "running",
      workspace: { path: null },
      attempts: { restart_count: 0, current_retry_attempt: null },
      running: { session_id: "s-1", turn_count: 1, state: "Todo", tokens: { total_tokens: 0 } },
      retry: null,
      logs: { codex_session_logs: [{ label: "run 1", path: null, url: "/t/b/1" }] },
      last_error: null,
      tracked: { lane_id: "b", title: "Issue b" },
    });
  });

  it("show a finished issue from history, newest event first", async () => {
    const { views } = await filled();
    const state = await issueState(views, "a", { now: NOW });
    expect(state).toMatchObject({
      status: "closed",
      attempts: { restart_count: 1, current_retry_attempt: null },
      running: null,
      logs: {
        codex_session_logs: [
          { label: "run 2", path: null, url: null },
          { label: "run 1", path: "/t/a.1.gz", url: null },
        ],
      },
      last_error: "The case wants it.",
    });
    expect(state?.recent_events[0]).toMatchObject({ event: "lane_closed", message: "Finished: The case wants it." });
    expect(state?.recent_events).toHaveLength(14);
    expect(await issueState(views, "NONE", { now: NOW })).toBeNull();
  });

  it("find a lane by its id, its issue's name and its issue's id, and a run by any of them", async () => {
    const { views } = await filled();
    for (const wanted of ["a", "A"]) expect((await findLane(views, wanted))?.id).toBe("a");
    expect(await findLane(views, "C")).toBeNull();
    for (const wanted of ["a/2", "A/2"]) {
      expect(await findRun(views, wanted)).toMatchObject({ run_id: "a/2", status: "failed", issue_identifier: "A" });
    }
    for (const wanted of ["a/3", "a", "C/1", "a/0", "a/x", "/1"]) expect(await findRun(views, wanted)).toBeNull();
    expect(await findRun(views, "B/1")).toMatchObject({
      status: "running",
      reason: null,
      session_id: "s-1",
      ended_at: null,
    });
  });

  it("show all of a lane, newest first", async () => {
    const { views } = await filled();
    const a = await views.lane("a");
    if (a === undefined) throw new Error("no lane");
    expect(await laneDocument(views, a, NOW)).toMatchObject({
      version: 1,
      generated_at: "2026-01-02T00:00:00.000Z",
      stage: "closed",
      runs: 2,
      work: null,
      counters: { failures: 2 },
      workspace_path: null,
      run_rows: [{ run: 2 }, { run: 1 }],
      evidence: [{ kind: "commit", at: expect.stringMatching(/Z$/) }],
      pending_writes: [],
      verbs: [],
    });
    const b = await views.lane("b");
    if (b === undefined) throw new Error("no lane");
    expect(await laneDocument(views, b, NOW)).toMatchObject({
      work: { kind: "run", run: 1, state: "leased" },
      pending_writes: [{ key: "k", kind: "delete_branch", state: "planned" }],
      verbs: ["park", "stop_work", "pause_lane", "steer", "abandon"],
    });
  });

  it("give lists page by page", async () => {
    const { views } = await filled();
    const first = await runPage(views, { limit: 2 });
    expect([first.rows.length, first.next]).toEqual([2, first.rows[1]?.run_id]);
    const second = await runPage(views, { limit: 2, before: first.next ?? "" });
    expect([second.rows.length, second.next]).toEqual([1, null]);
    expect(await runPage(views, { limit: 2, before: "nothing" })).toEqual({ rows: [], next: null });
    expect((await closedLanePage(views, { limit: 1 })).next).toBe("a");
    expect(await closedLanePage(views, { limit: 1, before: "a" })).toEqual({ rows: [], next: null });
  });

  it("say why a lane stands where it stands: its parking, what a service says of it at rest, else its own reason", () => {
    const told = { reason: { code: "no_slot", sentence: "All slots are in use." } };
    expect(laneRow(laneOf(), told).reason.code).toBe("no_slot");
    expect(laneRow(laneOf()).reason.code).toBe("first_start");
    const parked = laneRow(laneOf({ parked: parkedOf() }), told);
    expect([parked.stage, parked.reason]).toEqual(["parked", { code: "no_progress", sentence: "Nothing came of it." }]);
  });

  it("rest on what the events give", async () => {
    expect(await verifyRecord((await filled()).open)).toMatchObject({ ok: true, differences: [] });
  });
});
