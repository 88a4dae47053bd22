import { describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/model/run-summary.ts";
import { NO_USAGE } from "../../src/model/usage.ts";
import { branchOf, laneOf, outcomeOf, parkedOf, reviewLane, runOf } from "../policy/facts.ts";
import { stage } from "./stage.ts";

const NOW = Date.UTC(2026, 0, 1);

const SUMMARY: RunSummary = {
  profile: "coding_pr_delivery",
  agent: "mock",
  model: "small",
  runtime: "local",
  machine: "here",
  worker: "instance_1",
  turns: 2,
  tools: [
    { name: "run_handoff", calls: 2, failed: 1 },
    { name: "run_finalize", calls: 1, failed: 0 },
  ],
  usage: NO_USAGE,
  stdout: { lines: 12, bytes: 2048 },
  stderr: { lines: 1, bytes: 9, tail: ["warning: \u001b[31mred"] },
  files: [
    { path: "src/a.js", added: 3, removed: 1 },
    { path: "logo.png", added: null, removed: null },
  ],
  headSha: "a".repeat(40),
};

const ended = (number: number, changes: Parameters<typeof runOf>[0] = {}) =>
  runOf({
    ...{ number, claimedAt: NOW - 60_000, startedAt: NOW - 60_000, endedAt: NOW - 30_000, toolCalls: 3 },
    outcome: outcomeOf(),
    ...changes,
  });
const RECORD = {
  lanes: [laneOf({ lastRun: 2 })],
  runs: [ended(1), ended(2, { claimedAt: NOW - 10_000, summary: SUMMARY })],
};

describe("maestro runs", () => {
  it("lists the newest first, with how each ended", async () => {
    const { code, out } = await (await stage({ record: RECORD })).run("runs");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^ISSUE .*\nDEMO-1 {2}lane-1\/2 {2}first .*\nDEMO-1 {2}lane-1\/1 {2}first {4}succeeded {2}1m .*It ended\.\n$/,
    );
  });

  it("lists those of one issue over all its lanes, no more than asked for", async () => {
    const lanes = [laneOf({ stage: "closed", closedAt: 1 }), laneOf({ id: "lane-2", ordinal: 2 })];
    const runs = [ended(1), ended(2), ended(1, { laneId: "lane-2" })];
    const { out } = await (await stage({ record: { lanes, runs } })).run(
      "runs",
      "--issue",
      "DEMO-1",
      "--limit",
      "2",
      "--json",
    );
    expect(JSON.parse(out).runs.map((run: { run_id: string }) => run.run_id)).toEqual(["lane-2/1", "lane-1/2"]);
  });

  it("says how to begin where nothing ran", async () => {
    const { code, out } = await (await stage()).run("runs", "--template", "local/local/mock");
    expect([code, out]).toEqual([0, "No run yet. To begin: maestro --template local/local/mock\n"]);
  });
});

describe("maestro show", () => {
  it("shows what a run came to, without letting its output steer the terminal", async () => {
    const { code, out } = await (await stage({ record: RECORD })).run("show", "DEMO-1/2");
    expect(code).toBe(0);
    for (const line of [
      "Run 2 of DEMO-1  succeeded",
      "tools       3 (run_handoff 2, 1 failed; run_finalize 1)",
      "agent       mock, small",
      "worker      instance_1",
      "stdout      12 lines, 2 KiB",
      "  +3 -1   src/a.js",
      "  binary  logo.png",
      "  warning: [31mred",
    ])
      expect(out).toContain(`${line}\n`);
  });

  it("shows an issue's lane with its newest run, its other runs and what a person can do", async () => {
    const lanes = [reviewLane({ lastRun: 2, branch: branchOf() })];
    const { out } = await (await stage({ record: { ...RECORD, lanes } })).run("show", "DEMO-1", "--config", "W.md");
    expect(out).toMatch(/^DEMO-1 {2}Greet the world {2}review wait\n[\s\S]*\nRun 2 of DEMO-1 [\s\S]*\nRuns\n/);
    expect(out).toContain("  maestro change review 7 --approve --config W.md");
  });

  it("is a document with --json, of a run and of an issue", async () => {
    const self = await stage({ record: RECORD });
    expect(JSON.parse((await self.run("show", "lane-1/1", "--json")).out)).toMatchObject({ run: { run: 1 } });
    const { lane, run } = JSON.parse((await self.run("show", "DEMO-1", "--json")).out);
    expect([lane.lane_id, run.summary.worker]).toEqual(["lane-1", "instance_1"]);
  });

  const MISSING: [wanted: string, message: string, hint: string][] = [
    ["DEMO-7", 'Nothing is on record about "DEMO-7".', "Did you mean DEMO-1?"],
    ["DEMO-1/9", "There is no run DEMO-1/9: DEMO-1 had 2.", "`maestro show DEMO-1`"],
    ["DEMO-7/1", 'Nothing is on record about "DEMO-7".', "`maestro explain DEMO-7`"],
  ];
  it.each(MISSING)("does not find %s", async (wanted, message, hint) => {
    const { code, err } = await (await stage({ record: RECORD })).run("show", wanted);
    expect([code, err]).toEqual([4, expect.stringContaining(`maestro: ${message}\nhint: `)]);
    expect(err).toContain(hint);
  });
});

describe("maestro lane", () => {
  const PARKED = { lanes: [laneOf({ parked: parkedOf() })] };

  it("show prints the lane, also as a document", async () => {
    const self = await stage({ record: { ...PARKED, runs: [ended(1)] } });
    expect((await self.run("lane", "show", "DEMO-1")).out).toContain("  maestro lane unpark DEMO-1");
    const { lane } = JSON.parse((await self.run("lane", "show", "lane-1", "--json")).out);
    expect(lane).toMatchObject({ stage: "parked", verbs: expect.arrayContaining(["unpark"]) });
  });

  it.each([
    ["stop", "stop_work"],
    ["retry", "retry"],
    ["park", "park"],
    ["unpark", "unpark"],
  ])("%s asks the service", async (word, verb) => {
    const answer = { ok: true, code: "done", sentence: "It is done.", at: 5 };
    const self = await stage({ isRunning: true, record: PARKED, answer });
    expect((await self.run("lane", word, "DEMO-1")).out).toBe("It is done.\n");
    expect(self.asked).toEqual([{ verb, actor: "cli:ann", arguments: { issue: "DEMO-1" } }]);
  });

  it("park keeps why", async () => {
    const self = await stage({ isRunning: true, record: PARKED });
    await self.run("lane", "park", "DEMO-1", "--reason", "Bob has to answer.");
    expect(self.asked[0]?.arguments).toEqual({ issue: "DEMO-1", body: "Bob has to answer." });
  });

  it("stop makes no sense without a service, and is refused about unknown issues", async () => {
    const self = await stage({ record: PARKED });
    expect((await self.run("lane", "stop", "DEMO-1")).out).toBe("No service runs, so nothing is under way.\n");
    expect((await self.run("lane", "stop", "DEMO-2")).err).toContain("Did you mean DEMO-1?");
    expect(self.asked).toEqual([]);
  });
});
