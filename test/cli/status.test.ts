import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { laneOf, outcomeOf, parkedOf, retryOf, runOf, workOf } from "../policy/facts.ts";
import { stage } from "./stage.ts";

const NOW = Date.UTC(2026, 0, 1);
const started = {
  workflowId: "demo-00000000",
  laneId: null,
  run: null,
  fence: null,
  version: 1,
  seq: 1,
  at: 1,
  runSeq: null,
  event: { type: "service_started" as const, data: { instance: "i", version: "1", pid: 77 } },
};

describe("maestro status", () => {
  it("says how to begin where nothing ever ran", async () => {
    const { code, out } = await (await stage()).run("status", "--template", "local/local/mock");
    expect(code).toBe(0);
    expect(out).toContain("demo-00000000: not running");
    expect(out).toContain("Nothing ever ran here. To begin: maestro --template local/local/mock\n");
  });

  it("is an error where there is no workflow either", async () => {
    const workflow = () => Promise.reject(new MaestroError({ code: "missing_workflow_file", message: "none" }));
    expect((await (await stage({ parts: { workflow } })).run("status")).code).toBe(3);
  });

  it("shows what is on record although the workflow file is broken", async () => {
    const workflow = () =>
      Promise.reject(new MaestroError({ code: "invalid_workflow", message: "WORKFLOW.md:3:5 no" }));
    const { code, out } = await (await stage({ record: {}, parts: { workflow } })).run("status");
    expect([code, out]).toEqual([0, expect.stringContaining("PROBLEM in the workflow file: WORKFLOW.md:3:5 no\n")]);
  });

  it("shows what is left of each allowance, why polls are slower, and what others have claimed", async () => {
    const outside = {
      polling: { interval_ms: 144_000, reason: { code: "polls_slowed", sentence: "Polls every 144 s." } },
      api_budgets: [
        {
          ...{ users: ["tracker linear"], credential: "ab12", limit: 2_500, remaining: 100, spent: 7 },
          resets_at: new Date(NOW + 600_000).toISOString(),
        },
      ],
      claims: [{ issue_id: "9", issue_identifier: "D-9", owner: "maestro-1", until: "2026-01-01T00:10:00.000Z" }],
    };
    const self = await stage({ record: { events: [started] }, isRunning: true, outside });
    const { out } = await self.run("status");
    expect(out).toContain("tracker linear: 100 of 2500 requests left, full again in 10m\nPolls every 144 s.\n");
    expect(out).toMatch(/Claimed by another Maestro\n.*\n +D-9 +maestro-1 +2026-01-01T00:10/);
    expect(JSON.parse((await self.run("status", "--json")).out)).toMatchObject({ outside });
    const stopped = await stage({ record: { events: [started] }, isRunning: false, outside });
    expect((await stopped.run("status")).out).not.toContain("requests left");
  });

  it("shows the limits that a run came near to", async () => {
    const data = { scope: "run" as const, count: "tokens" as const, used: 800, limit: 1_000, level: "warned" as const };
    const met = { ...started, seq: 2, laneId: "lane-1", run: 1, event: { type: "budget_met" as const, data } };
    const lanes = [laneOf({ work: workOf({ run: 1 }) })];
    const self = await stage({ record: { events: [started, met], lanes }, isRunning: true });
    expect((await self.run("status")).out).toMatch(/\n\S+-\d+: Nearly used up: 800 of 1 000 tokens of the run\.\n/);
    expect(JSON.parse((await self.run("status", "--json")).out)).toMatchObject({ near_limits: [{ used: 800 }] });
  });

  it("shows who runs, and every list that is not empty", async () => {
    const lanes = [
      laneOf({ id: "lane-1", work: workOf({ startedAt: NOW - 65_000 }) }),
      laneOf({ id: "lane-2", retry: retryOf({ dueAt: NOW + 10_000 }) }),
      laneOf({ id: "lane-3", parked: parkedOf({ sentence: "It asks\nfor a person." }) }),
    ];
    const runs = [
      runOf({ lastMessage: "Reading.", lastEventAt: NOW - 2_000, outcome: null }),
      runOf({ laneId: "lane-2", claimedAt: 0, endedAt: NOW - 5_000, outcome: outcomeOf({ status: "failed" }) }),
    ];
    const self = await stage({ record: { lanes, runs, events: [started] }, isRunning: true });
    const { out } = await self.run("status");
    expect(out).toContain("demo-00000000: running (process 77)\n");
    expect(out).toContain("1 running, 1 retrying, 0 in review, 1 parked, 0 finished\n");
    expect(out).toMatch(
      /\nRunning\n {2}ISSUE .*\n {2}DEMO-1 {2}run 1 {2}streaming turn {2}1m 5s {2}1 {6}2s {4}Reading\.\n/,
    );
    expect(out).toMatch(/\nRetrying\n.*\n {2}DEMO-1 {2}failure 1 {2}10s {2}It broke\.\n/);
    expect(out).toMatch(/\nNeeds a person\n.*\n {2}DEMO-1 .* parked {2}It asks for a person\.\n/);
    expect(out).toMatch(/\nEnded\n.*\n {2}DEMO-1 {2}1 {4}failed {2}5s {3}It ended\.\n/);
    expect(self.open.size).toBe(0);
  });

  it("says why nothing is heard of a run, and how to go on when no service runs", async () => {
    const lanes = [laneOf({ work: workOf({ state: "queued", startedAt: null, queuedAt: NOW }) })];
    const { out } = await (await stage({ record: { lanes } })).run("status", "--template", "local/local/mock");
    expect(out).toMatch(/DEMO-1 {2}run 1 {2}queued .* It is queued until a worker takes it\.\n/);
    expect(out).toContain("\nTo go on: maestro --template local/local/mock\n");
  });

  it("is one document with --json, and names no process when nobody answers", async () => {
    const { out } = await (await stage({ record: { events: [started], mode: "paused" } })).run("status", "--json");
    expect(JSON.parse(out)).toMatchObject({ version: 1, service: { running: false, mode: "paused", pid: null } });
  });

  it("limits only what has ended", async () => {
    const runs = Array.from({ length: 12 }, (_, n) =>
      runOf({ number: n, claimedAt: n, endedAt: n, outcome: outcomeOf() }),
    );
    const self = await stage({ record: { lanes: [laneOf()], runs } });
    const shown = async (...words: string[]) =>
      JSON.parse((await self.run("status", "--json", ...words)).out).recent.length;
    expect([await shown(), await shown("--limit", "2"), await shown("--limit", "50")]).toEqual([10, 2, 12]);
  });
});
