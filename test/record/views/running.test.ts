import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../dev/sim/virtual-clock.ts";
import type { Lane, Run } from "../../../src/model/lane.ts";
import { statusDocument } from "../../../src/record/index.ts";
import { branchOf, issueOf, laneOf, parkedOf, retryOf, reviewLane, runOf, workOf } from "../../policy/facts.ts";
import { listViews } from "./list-views.ts";

const NOW = Date.UTC(2026, 0, 1);
const ago = (seconds: number) => NOW - seconds * 1_000;
const at = (seconds: number) => new Date(ago(seconds)).toISOString();

async function statusOf(lane: Lane, runs: readonly Run[] = [], told: { code: string; sentence: string } | null = null) {
  return statusDocument({
    views: listViews({ lanes: [lane], runs }),
    clock: new VirtualClock({ start: NOW }),
    workflow: { id: "demo-00000000", path: null, problem: null },
    service: { running: true, pid: 1 },
    waiting: told === null ? [] : [{ issue: lane.issue, reason: told }],
    recentLimit: 10,
  });
}

async function rowOf(lane: Partial<Lane>, run: Partial<Run> | null = {}) {
  const { running } = await statusOf(laneOf(lane), run === null ? [] : [runOf(run)]);
  return running[0];
}

describe("a row of what runs", () => {
  it("tells when worker and agent were last heard of, and since when neither was", async () => {
    const row = await rowOf({ work: workOf() }, { lastEventAt: ago(3), lastAgentAt: ago(10) });
    expect(row).toMatchObject({
      last_run_activity_at: at(3),
      last_protocol_activity_at: at(10),
      idle_seconds: 3,
      wait_reason: null,
    });
  });

  it("has no agent before the agent said anything, and no session before a turn's thread", async () => {
    const row = await rowOf({ work: workOf() }, { lastEventAt: ago(1), sessionId: null, turns: 0 });
    expect(row).toMatchObject({ last_protocol_activity_at: null, thread_id: null, session_id: null, idle_seconds: 1 });
  });

  it.each<[string, Partial<Lane>, string]>([
    ["queued", { work: workOf({ state: "queued", startedAt: null }) }, "queued"],
    ["being stopped", { work: workOf({ canceled: { code: "stalled", sentence: "Silent." } }) }, "cancel_pending"],
    ["looked at", { work: workOf({ state: "settled" }) }, "settled"],
    ["silent", { work: workOf() }, "silent"],
  ])("says that it is %s", async (_what, lane, code) => {
    expect((await rowOf(lane, { lastEventAt: ago(61) }))?.wait_reason).toMatchObject({ code });
  });

  it("names a run by its lane and number, other work by its kind, whose worker is heard of by the lane", async () => {
    expect((await rowOf({ work: workOf({ run: 1 }) }))?.run_id).toBe("lane-1/1");
    const row = await rowOf({ work: workOf({ kind: "validate" }), updatedAt: ago(5) }, null);
    expect(row).toMatchObject({ run_id: "lane-1/validate", last_run_activity_at: at(5), idle_seconds: 5 });
  });

  it("shows where the work is, and a worktree only with a repository", async () => {
    const place = { work: workOf(), workspacePath: "/w/DEMO-1", branch: branchOf() };
    expect(await rowOf(place, null)).toMatchObject({
      machine: "here",
      workspace_path: "/w/DEMO-1",
      worktree_path: "/w/DEMO-1",
      branch: "maestro/DEMO-1",
      change_url: "https://forge.example/7",
      queued_retry: null,
    });
    expect(await rowOf({ ...place, branch: null }, null)).toMatchObject({ worktree_path: null, change_url: null });
  });

  it("is not shown as ended as long as what follows is not decided", async () => {
    const outcome = { status: "succeeded", reason: { code: "x", sentence: "It ended." } } as const;
    const ended = runOf({ endedAt: ago(1), outcome: { ...OUTCOME, ...outcome } });
    const { running, recent } = await statusOf(laneOf({ work: workOf({ state: "settled" }) }), [ended]);
    expect([running.length, recent.length]).toEqual([1, 0]);
    const after = await statusOf(laneOf(), [ended]);
    expect(after.recent).toEqual([
      {
        issue_id: "1",
        issue_identifier: "DEMO-1",
        issue_url: "https://tracker.example/DEMO-1",
        run_id: "lane-1/1",
        title: "Greet the world",
        lane_id: "lane-1",
        run: 1,
        status: "succeeded",
        reason: "It ended.",
        ended_at: at(1),
        turns: 1,
      },
    ]);
  });
});

describe("a row of what waits", () => {
  it.each<[string, Lane, { code: string; sentence: string } | null, boolean]>([
    ["a parked lane", laneOf({ parked: parkedOf() }), null, true],
    ["a change that nobody approved", reviewLane(), { code: "waiting_for_review", sentence: "s" }, true],
    ["a change whose checks run", reviewLane(), { code: "checks_pending", sentence: "s" }, false],
    ["a change without a service", reviewLane(), null, true],
    ["a lane that waits for a slot", laneOf(), { code: "no_slot", sentence: "s" }, false],
    ["an issue with the attention label", laneOf(), { code: "needs_attention", sentence: "s" }, true],
  ])("says whether %s needs a person", async (_what, lane, told, needed) => {
    expect((await statusOf(lane, [], told)).waiting).toMatchObject([{ needs_person: needed, lane_id: "lane-1" }]);
  });

  it("shows the change and the workspace", async () => {
    const { waiting } = await statusOf(reviewLane({ workspacePath: "/w/DEMO-1" }));
    expect(waiting).toMatchObject([
      { change_id: "7", change_url: "https://forge.example/7", branch: "maestro/DEMO-1", workspace_path: "/w/DEMO-1" },
    ]);
  });

  it("names the lane of what is tried again", async () => {
    const { retrying } = await statusOf(laneOf({ retry: retryOf({ dueAt: NOW }), issue: issueOf() }));
    expect(retrying).toMatchObject([{ lane_id: "lane-1", kind: "failure", attempt: 1, due_at: at(0) }]);
  });
});

const OUTCOME = {
  failure: null,
  signal: { kind: "none" },
  headSha: null,
  changed: false,
  turns: 1,
  notBefore: null,
} as const;
