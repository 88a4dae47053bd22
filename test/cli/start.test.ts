import { describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import type { Lane } from "../../src/model/lane.ts";
import { endedLane, laneOf, parkedOf, reviewLane } from "../policy/facts.ts";
import { type Props, stage } from "./stage.ts";

const ISSUES = [
  { id: "1", identifier: "DEMO-1", title: "Greet", state: "In Progress", priority: 1 },
  { id: "2", identifier: "DEMO-2", title: "Sing", state: "In Progress", priority: 2 },
  { id: "3", identifier: "DEMO-3", title: "Dance", state: "In Progress", priority: 3 },
];

describe("maestro", () => {
  it("says where everything is, runs, and says why it ended", async () => {
    const self = await stage();
    const { code, out } = await self.run("--port", "4000");
    expect([code, self.open.size]).toEqual([0, 0]);
    expect(out).toBe(`Maestro 1.2.3
  workflow  /demo/WORKFLOW.md (coding_pr_delivery)
  project   /demo
  agents    mock, at most 2 at once
  sandbox   bubblewrap: it works
  budget    run: 10 000 000 tokens, 300 calls of the model, 2h of open sessions
  state     /state/demo-00000000
  log       /state/demo-00000000/logs/maestro.log
  page      http://127.0.0.1:4000/?token=once

Stopping (drained). Agents that run are ended; they go on at the next start.
Stopped.
`);
  });

  it("names the commands of a demo as this one was called", async () => {
    const self = await stage({ demo: "/home/demo", environment: { npm_command: "exec" } });
    const { out } = await self.run("--template", "local/local/mock");
    expect(out).toContain("issues are in /home/demo;\n");
    expect(out).toContain("\n  npx maestro change review <id> --approve --template local/local/mock\n");
  });

  it("hands its options on", async () => {
    const self = await stage({ issues: ISSUES });
    const words = [
      "--port",
      "0",
      "--host",
      "::1",
      "--logs-root",
      "/logs",
      "--issue",
      "DEMO-1",
      "--poll-interval-s",
      "0.5",
    ];
    await self.run(...words, "--i-understand-that-this-will-be-running-without-the-usual-guardrails");
    await self.run("daemon", "--poll-interval-s", "30");
    expect(self.started).toMatchObject([
      { port: 0, host: "::1", logsRoot: "/logs", pollIntervalMs: 500, issue: "DEMO-1" },
      { port: null, host: null, logsRoot: null, pollIntervalMs: 30_000, issue: null },
    ]);
  });

  it("needs the long flag for a profile without guardrails, and says what is not enforced", async () => {
    const self = await stage({ workflow: { unguarded: { notEnforced: ["Nobody looks.", "Nobody stops it."] } } });
    for (const words of [["--once"], ["daemon"], ["run", "--once"]]) {
      const { code, err } = await self.run(...words);
      expect([words, code]).toEqual([words, 2]);
      expect(err).toMatch(/without the usual guardrails:\n- Nobody looks\.\n- Nobody stops it\./);
      expect(err).toContain("--i-understand-that-this-will-be-running-without-the-usual-guardrails");
    }
    expect(self.started).toEqual([]);
    await self.run("--once", "--i-understand-that-this-will-be-running-without-the-usual-guardrails");
    expect(self.started).toHaveLength(1);
  });

  it("ends well when it is interrupted", async () => {
    const self = await stage({ service: () => ({ ended: new Promise(() => undefined) }) });
    const ended = self.run("daemon");
    self.interrupt();
    expect(await ended).toMatchObject({ code: 0, out: expect.stringContaining("Stopping (SIGINT).") });
    expect(self.open.size).toBe(0);
  });

  it("prints a line for what is committed while it runs", async () => {
    const event = { type: "lane_parked" as const, data: parkedOf() };
    const envelope = {
      workflowId: "d",
      laneId: "lane-1",
      run: null,
      fence: null,
      version: 1,
      seq: 1,
      at: 1,
      runSeq: null,
    };
    const self = await stage({
      record: { lanes: [laneOf()] },
      service: (options) => ({ start: async () => options.onEvent?.({ ...envelope, event }) }),
    });
    const { out } = await self.run();
    expect(out).toMatch(/\n\d\d:\d\d:\d\d {2}DEMO-1 {2}parked: Nothing came of it\. To go on: maestro unpark DEMO-1\n/);
  });

  const FAULTS: [name: string, props: Props, words: string[], code: number][] = [
    ["the workflow is wrong", failing("workflow", "invalid_workflow"), [], 3],
    ["the issue is not there", { issues: ISSUES }, ["--issue", "DEMO-9"], 4],
    ["the tracker cannot be asked", failing("tracker", "tracker_request"), ["--issue", "DEMO-1"], 6],
  ];
  it.each(FAULTS)("opens no service when %s", async (_name, props, words, code) => {
    const self = await stage(props);
    expect(await self.run(...words)).toMatchObject({ code, out: "" });
    expect([self.started, self.open.size]).toEqual([[], 0]);
  });

  it.each([
    ["already_running", 5],
    ["port_in_use", 5],
    ["record_newer", 7],
    ["disk_full", 7],
  ])("ends with the code of %s", async (code, exit) => {
    expect((await (await stage(failing("service", code))).run()).code).toBe(exit);
  });

  it("stops what it opened when starting fails", async () => {
    const start = () => Promise.reject(new MaestroError({ code: "record_failed", message: "no" }));
    const self = await stage({ service: () => ({ start }) });
    expect((await self.run()).code).toBe(7);
    expect(self.open.size).toBe(0);
  });
});

function failing(part: "workflow" | "tracker" | "service", code: string): Props {
  return { parts: { [part]: () => Promise.reject(new MaestroError({ code, message: "no" })) } };
}

describe("--once", () => {
  const ended = (...lanes: Lane[]): Props => ({ service: () => ({ runOnce: async () => lanes }) });

  it("prints what became of each lane", async () => {
    const self = await stage(ended(reviewLane(), laneOf({ parked: parkedOf(), reason: parkedOf() })));
    const { code, out } = await self.run("run", "--once");
    expect([code, self.open.size]).toEqual([0, 0]);
    expect(out).toContain(
      "\nISSUE   RESULT       WHY\nDEMO-1  review wait  It was started.\nDEMO-1  parked       Nothing came of it.\n",
    );
  });

  it("says so when nothing was started", async () => {
    expect((await (await stage()).run("--once")).out).toContain("\nNothing was started.\n");
  });

  it.each([
    ["a failure is counted", laneOf({ failures: 1 })],
    ["its work failed", endedLane({}, { status: "failed" })],
    ["its work was lost", endedLane({}, { status: "lost" })],
  ])("ends with 1 when %s", async (_name, lane) => {
    const { code, out } = await (await stage(ended(laneOf(), lane))).run("--once", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out).lanes.map((row: { failed: boolean }) => row.failed)).toEqual([false, true]);
  });

  it("stops the service when it is interrupted, and ends with 130", async () => {
    let stopped = (): void => undefined;
    const running = new Promise<readonly Lane[]>((resolve) => {
      stopped = () => resolve([laneOf()]);
    });
    const runOnce = (): Promise<readonly Lane[]> => {
      self.interrupt();
      return running;
    };
    const self = await stage({ service: () => ({ runOnce, stop: async () => stopped() }) });
    const { code, out } = await self.run("--once", "--json");
    expect([code, JSON.parse(out).interrupted]).toEqual([130, true]);
  });

  it("runs nothing when it is interrupted before", async () => {
    const runOnce = () => Promise.reject(new Error("it ran"));
    const self = await stage({ service: () => ({ runOnce }) });
    self.interrupt();
    expect(await self.run("--once")).toMatchObject({ code: 130, err: "maestro: Stopped: SIGINT\n" });
    expect(self.open.size).toBe(0);
  });
});

describe("--dry-run", () => {
  it("prints every decision with its reason, and starts nothing", async () => {
    const self = await stage({ issues: ISSUES });
    const { code, out } = await self.run("--dry-run");
    expect([code, self.started, self.asked, self.open.size]).toEqual([0, [], [], 0]);
    expect(out.split("\n").map((line) => line.replace(/ {2,}/g, "|").split("|").slice(0, 4))).toEqual([
      ["ISSUE", "TITLE", "STATE", "STARTS"],
      ["DEMO-1", "Greet", "In Progress", "yes"],
      ["DEMO-2", "Sing", "In Progress", "yes"],
      ["DEMO-3", "Dance", "In Progress", "no"],
      [""],
    ]);
  });

  it("takes the record into account, when there is one", async () => {
    const self = await stage({ issues: ISSUES, record: { lanes: [laneOf({ parked: parkedOf() })] } });
    const { out } = await self.run("run", "--dry-run", "--json", "--issue", "DEMO-1");
    expect(JSON.parse(out).issues).toEqual([
      expect.objectContaining({
        issue_identifier: "DEMO-1",
        starts: false,
        reason: expect.objectContaining({ code: "lane_parked" }),
      }),
    ]);
  });

  it("says when there is nothing to decide", async () => {
    expect((await (await stage()).run("--dry-run")).out).toBe(
      "No issue is in an active state, so nothing would be started.\n",
    );
    expect((await (await stage({ issues: ISSUES })).run("--dry-run", "--issue", "DEMO-9")).code).toBe(4);
  });
});
