import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import { type StatusParts, statusDocument } from "../../../src/record/index.ts";
import { issueOf, laneOf, outcomeOf, parkedOf, retryOf, reviewLane, runOf, workOf } from "../../policy/facts.ts";
import { type Listed, listViews } from "./list-views.ts";

const START = Date.UTC(2026, 0, 1);

function statusOf(listed: Listed | null, rest: Partial<StatusParts> = {}) {
  return statusDocument({
    views: listed === null ? null : listViews(listed),
    clock: new VirtualClock({ start: START }),
    workflow: { id: "demo-00000000", path: "/demo/WORKFLOW.md", problem: null },
    service: { running: false, pid: null },
    waiting: [],
    recentLimit: 10,
    ...rest,
  });
}

function lane(n: number, changes: Parameters<typeof laneOf>[0] = {}) {
  return laneOf({ id: `lane-${n}`, issue: issueOf({ id: String(n), identifier: `DEMO-${n}` }), ...changes });
}

describe("statusDocument", () => {
  it("shows nothing but the workflow when nothing ever ran", async () => {
    const status = await statusOf(null);
    expect(status).toMatchObject({
      version: 1,
      generated_at: "2026-01-01T00:00:00.000Z",
      workflow: { id: "demo-00000000", problem: null },
      service: { running: false, mode: "running", pid: null },
      counts: { running: 0, retrying: 0, parked: 0, review: 0, closed: 0 },
      running: [],
      waiting: [],
      recent: [],
      codex_totals: { total_tokens: 0, seconds_running: 0 },
    });
  });

  it("puts every open lane into exactly one list, and counts it there", async () => {
    const status = await statusOf({
      lanes: [
        lane(1, { work: workOf() }),
        lane(2, { work: workOf({ state: "queued", startedAt: null }) }),
        lane(3, { retry: retryOf() }),
        lane(4, { parked: parkedOf(), retry: retryOf() }),
        reviewLane({ id: "lane-5", issue: issueOf({ id: "5", identifier: "DEMO-5" }) }),
        lane(6, { stage: "released" }),
        lane(7, { stage: "closed", closedAt: 5 }),
      ],
      totals: { closedLanes: 1 },
    });
    expect(status.running.map((row) => [row.issue_identifier, row.phase])).toEqual([
      ["DEMO-1", "leased"],
      ["DEMO-2", "queued"],
    ]);
    expect(status.retrying.map((row) => row.issue_identifier)).toEqual(["DEMO-3"]);
    expect(status.waiting.map((row) => [row.issue_identifier, row.stage])).toEqual([
      ["DEMO-4", "parked"],
      ["DEMO-5", "review_wait"],
      ["DEMO-6", "released"],
    ]);
    expect(status.counts).toEqual({ running: 2, retrying: 1, parked: 1, review: 1, closed: 1 });
  });

  it("shows what a run did so far", async () => {
    const run = runOf({ startedAt: START - 4_000, lastEventAt: START - 1_000, lastMessage: "Reading." });
    const status = await statusOf({ lanes: [lane(1, { work: workOf({ startedAt: START - 4_000 }) })], runs: [run] });
    expect(status.running[0]).toMatchObject({
      phase: "streaming_turn",
      run_id: "lane-1/1",
      thread_id: "s",
      session_id: "s-1",
      turn_count: 1,
      last_message: "Reading.",
      started_at: "2025-12-31T23:59:56.000Z",
      last_event_at: "2025-12-31T23:59:59.000Z",
    });
    expect(status.codex_totals.seconds_running).toBe(4);
  });

  it("prefers the reason of a running service, except for parked lanes", async () => {
    const why = { code: "waiting_for_review", sentence: "Nobody has approved it." };
    const told = (n: number) => ({ issue: issueOf({ id: String(n), identifier: `DEMO-${n}` }), reason: why });
    const status = await statusOf(
      { lanes: [lane(1, { stage: "review_wait" }), lane(2, { parked: parkedOf() })] },
      { waiting: [told(1), told(2), told(3)] },
    );
    expect(status.waiting.map((row) => [row.issue_identifier, row.stage, row.reason.code])).toEqual([
      ["DEMO-1", "review_wait", "waiting_for_review"],
      ["DEMO-2", "parked", "no_progress"],
      ["DEMO-3", "candidate", "waiting_for_review"],
    ]);
  });

  it("never lets its limit hide what is open, nor open runs take the place of ended ones", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (open, ended, limit) => {
          const working = Array.from({ length: open }, (_, n) => lane(n, { work: workOf() }));
          const closed = Array.from({ length: ended }, (_, n) => laneOf({ id: `old-${n}`, stage: "closed" }));
          const lanes = [...working, ...closed];
          const active = working.map(({ id }, n) => runOf({ laneId: id, claimedAt: 1_000 + n, outcome: null }));
          const over = Array.from({ length: ended }, (_, n) =>
            runOf({ laneId: `old-${n}`, claimedAt: n, outcome: outcomeOf(), endedAt: n + 1 }),
          );
          const status = await statusOf({ lanes, runs: [...active, ...over] }, { recentLimit: limit });
          expect(status.running).toHaveLength(open);
          expect(status.recent).toHaveLength(Math.min(ended, limit));
          if (ended > 0) expect(status.recent[0]?.lane_id).toBe(`old-${ended - 1}`);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("shows the limits that work under way came near to, each once as it was met last", async () => {
    const met = (
      seq: number,
      laneId: string,
      run: number,
      scope: "run" | "day" | "workflow",
      level: "warned" | "reached",
    ) => ({
      ...{ workflowId: "demo-00000000", version: 1, seq, at: START + seq, runSeq: null, fence: 1, laneId, run },
      event: {
        type: "budget_met" as const,
        data: { scope, count: "tokens" as const, used: level === "reached" ? 1_000 : 800, limit: 1_000, level },
      },
    });
    const events = [
      met(1, "lane-1", 1, "run", "reached"),
      met(2, "lane-1", 2, "run", "warned"),
      met(3, "lane-1", 2, "day", "warned"),
      met(4, "lane-1", 2, "run", "reached"),
      met(5, "lane-2", 1, "run", "reached"),
      met(6, "lane-3", 1, "workflow", "warned"),
    ];
    const lanes = [lane(1, { work: workOf({ run: 2 }) }), lane(2, { parked: parkedOf() })];
    const { near_limits } = await statusOf({ lanes, events });
    expect(near_limits).toMatchObject([
      { issue_identifier: null, scope: "workflow", level: "warned" },
      {
        issue_identifier: "DEMO-1",
        scope: "run",
        level: "reached",
        sentence: "Used up: 1 000 of 1 000 tokens of the run.",
      },
      { issue_identifier: null, scope: "day", sentence: "Nearly used up: 800 of 1 000 tokens of the day." },
    ]);
    expect((await statusOf({ lanes: [lane(1)] })).near_limits).toBeUndefined();
  });

  it("says what the record says about the service's mode", async () => {
    const status = await statusOf({ mode: "paused" }, { service: { running: true, pid: 12 } });
    expect(status.service).toEqual({ running: true, mode: "paused", pid: 12 });
  });
});
