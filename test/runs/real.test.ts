import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createMockAgent } from "../../src/agents/mock/provider.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { memoryLog, silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { createEmbeddedEngine } from "../../src/engine/index.ts";
import { createMemoryForge } from "../../src/forges/memory/index.ts";
import type { Assignment } from "../../src/model/assignment.ts";
import type { Event } from "../../src/model/events/index.ts";
import { markerPrefix } from "../../src/model/process-marker.ts";
import type { WorkOutcome } from "../../src/model/run.ts";
import type { WorkKind } from "../../src/model/work.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { judgeGate } from "../../src/policy/index.ts";
import { createTranscripts, openRecord } from "../../src/record/index.ts";
import { createWorker } from "../../src/runs/index.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { createToolbox, createToolServer } from "../../src/tools/index.ts";
import { createMemoryTracker } from "../../src/trackers/memory/index.ts";
import { createWorkspaces } from "../../src/workspace/index.ts";
import { PROGRAM } from "../agents/mock/program.ts";
import { makeProject, type Project } from "../git/project.ts";
import { anIssue, aWorkflow, aWorkSpec } from "./samples.ts";

const BRANCH = "maestro/demo-1";
const LANE = "lane-1";

let project: Project | undefined;
let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  project?.remove();
});

/** A worker on this machine, with real Git, real folders, real processes and a real record. */
async function open(made: Project, agentOptions: JsonObject, changes: Partial<Workflow> = {}) {
  const [clock, random, log, secrets] = [systemClock(), systemRandom(), memoryLog(), new SecretRegistry()];
  const workflow = aWorkflow(made.root, {
    workspace: { root: made.workspaces, strategy: "worktree", minFreeBytes: 0 },
    validation: {
      commands: ["grep hello greeting.txt", 'test -z "$(ls node_modules 2>/dev/null)"'],
      timeoutMs: 30_000,
    },
    ...changes,
  });
  const runtime = localRuntime({ clock, machine: "here", log: silentLog });
  const record = await openRecord({ file: join(made.root, "record.db"), workflowId: workflow.id, clock, log, secrets });
  const engine = createEmbeddedEngine({ record, clock, log, instance: "worker" });
  const context = { clock, random, log, secrets, directory: made.root, stateDirectory: made.root, environment: {} };
  const tracker = await createMemoryTracker(
    { issues: [{ id: "i1", identifier: "DEMO-1", title: "t", state: "Todo" }] },
    context,
  );
  const agent = await createMockAgent({ node: process.execPath, program: PROGRAM }).open(agentOptions);
  const workspaces = foldersOf(made, workflow, { runtime, log, secrets, clock });
  const worker = createWorker({
    ...{ engine, runtime, clock, random, log, secrets },
    record: record.record,
    workflows: { byHash: () => workflow, current: () => workflow },
    tracker: () => tracker,
    forge: () => createMemoryForge({}, context),
    workspaces: () => workspaces,
    git: () => made.host,
    agent: async () => agent,
    toolbox: createToolbox({ secrets, clock, log }),
    toolServer: createToolServer({ random: systemRandom(), secrets }),
    agentsDirectory: "/agents",
    transcripts: createTranscripts({ directory: join(made.root, "transcripts"), secrets, clock }),
    machine: "here",
    instance: "worker",
    slots: () => ({ run: 1, validate: 1, land: 1, clean: 1 }),
  });
  worker.start();
  close = async () => {
    await worker.stop({ reason: "the test is over" });
    await engine.close();
    await record.close();
  };
  const append = (...events: Event[]) =>
    record.record.transact((tx) =>
      tx.append(events.map((event) => ({ workflowId: workflow.id, laneId: LANE, run: null, fence: null, event }))),
    );
  return { workflow, runtime, record, engine, append };
}

function foldersOf(
  made: Project,
  workflow: Workflow,
  parts: Pick<Parameters<typeof createWorkspaces>[0], "runtime" | "log" | "secrets" | "clock">,
) {
  return createWorkspaces({
    ...parts,
    git: made.host,
    root: made.workspaces,
    strategy: "worktree",
    hooks: workflow.hooks,
    workflowId: workflow.id,
    hookEnvironment: () => parts.runtime.environment(),
    minFreeBytes: 0,
    salvageDirectory: join(made.root, "salvage"),
  });
}

type Opened = Awaited<ReturnType<typeof open>>;

async function work(opened: Opened, kind: WorkKind, payload: Partial<Assignment>): Promise<WorkOutcome> {
  const { record, engine, append, workflow } = opened;
  const spec = aWorkSpec(kind, { branch: BRANCH, ...payload });
  const reason = { code: "first_start", sentence: "It starts." };
  const settled = new Promise<WorkOutcome>((resolve) => {
    const stop = record.record.subscribe((events) => {
      for (const { event } of events) {
        if (event.type !== "work_settled" || event.data.kind !== kind) continue;
        stop();
        resolve(event.data.outcome);
      }
    });
  });
  const { id, run } = spec;
  const data = { id, kind, run, purpose: "first" as const, workflowHash: workflow.hash, reason, repairs: null };
  await append({ type: "work_enqueued", data });
  await record.record.transact((tx) => engine.enqueue(tx, spec));
  const outcome = await settled;
  await append({ type: "work_closed", data: { id, kind, counts: "success", reason } });
  return outcome;
}

async function openLane({ append }: Opened): Promise<void> {
  const issue = anIssue();
  await append({
    type: "lane_opened",
    data: {
      ...{ issue, ordinal: 1, profile: "coding_pr_delivery", workflowHash: "w1", machine: "here", branch: BRANCH },
      workspaceKey: "DEMO-1",
      reason: { code: "eligible", sentence: "It is eligible." },
    },
  });
}

/** A project whose test runner Git ignores, and an agent that replaces it by one that finds everything fine. */
async function runWithSwappedRunner(where: "checkout" | "workspace") {
  const made = makeProject();
  project = made;
  made.publish("main", { ".gitignore": "node_modules/\n", "runner.sh": "grep -q hello greeting.txt\n" });
  const steps = [
    { do: "write", path: "greeting.txt", text: "goodbye\n" },
    { do: "write", path: "node_modules/runner.sh", text: "exit 0\n" },
    { do: "call", tool: "run_handoff", arguments: { summary: "All tests pass." } },
    { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
  ];
  const opened = await open(
    made,
    { scripts: { default: { runs: [steps] } } },
    {
      repo: REPO,
      validation: { commands: ["sh node_modules/runner.sh"], timeoutMs: 30_000, in: where },
      hooks: { ...NO_HOOKS, afterCreate: "mkdir -p node_modules && cp runner.sh node_modules/runner.sh" },
    },
  );
  await openLane(opened);
  const { headSha } = await work(opened, "run", {});
  const checked = await work(opened, "validate", { headSha });
  const lane = await opened.record.record.views.lane(LANE);
  if (lane === undefined) throw new Error("the lane is gone");
  const { workflow } = opened;
  const now = Date.now();
  const verdict = judgeGate("review", { workflow, lane, issue: lane.issue, change: null, changeSeenAt: now, now });
  return { checked, codes: verdict.faults.map(({ code }) => code), lane, verdict };
}

const REPO: Workflow["repo"] = {
  ...{ path: null, baseBranch: "main", remote: null, branchPrefix: "maestro/" },
  provider: { kind: "memory", options: {} },
};
const NO_HOOKS = {
  ...{ afterCreate: null, beforeRun: null, afterRun: null, beforeRemove: null },
  ...{ timeoutMs: 30_000, env: {} },
};

describe("an agent that replaced the ignored test runner", () => {
  it("does not get past the gate: the host checks its commit with a runner that it prepared itself", async () => {
    const { checked, codes, lane } = await runWithSwappedRunner("checkout");
    expect(checked).toMatchObject({ status: "failed", failure: "validation" });
    expect(lane.branch).toMatchObject({ validatedSha: null, proofs: { validation: { ok: false, witness: "host" } } });
    expect(codes).toContain("validation_failed");
  });

  it("gets past its own runner where the workflow lets checks run in the workspace, and the proof says how little that is", async () => {
    const { checked, codes, lane, verdict } = await runWithSwappedRunner("workspace");
    expect(checked.status).toBe("succeeded");
    expect(lane.branch).toMatchObject({ proofs: { validation: { ok: true, witness: "agent" } } });
    expect(codes).not.toContain("validation_claimed");
    expect(verdict.ok).toBe(false);
    const facts = {
      workflow: aWorkflow("/demo", { repo: REPO }),
      lane,
      issue: lane.issue,
      change: null,
      changeSeenAt: 0,
      now: 0,
    };
    expect(judgeGate("review", facts).faults.map(({ code }) => code)).toContain("validation_claimed");
  });
});

describe("a worker on this machine", () => {
  it("takes an issue from an agent's edit to a pushed and checked commit, and cleans up", async () => {
    const made = makeProject();
    project = made;
    made.publish("main", { "README.md": "A project.\n" });
    const log = join(made.root, "agents.jsonl");
    const steps = [
      { do: "write", path: "greeting.txt", text: "hello\n" },
      { do: "write", path: ".mock/state.json", text: "{}\n" },
      { do: "spawn", command: "trap '' TERM; sleep 300" },
      { do: "call", tool: "run_handoff", arguments: { summary: "Said hello." } },
      { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
    ];
    const opened = await open(made, { log, litter: [".mock"], scripts: { default: { runs: [steps] } } });
    await openLane(opened);

    const ran = await work(opened, "run", {});
    expect(ran).toMatchObject({ status: "succeeded", signal: { kind: "hand_off" }, changed: true });
    const lines = readFileSync(log, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(["start", "stop"]);
    const scope = { workflowId: opened.workflow.id, laneId: LANE, run: 1 };
    expect(existsSync(join(made.workspaces, "DEMO-1", ".mock"))).toBe(false);
    expect(await opened.runtime.liveMarkers(markerPrefix(scope))).toEqual([]);

    const headSha = ran.headSha ?? "";
    const key = `${LANE}/push/${BRANCH}/1`;
    const intent = { kind: "push" as const, branch: BRANCH, sha: headSha, expected: null };
    await opened.append({ type: "outbox_planned", data: { key, fence: 1, intent, dueAt: 0 } });
    const checked = await work(opened, "validate", { headSha, outbox: [key] });
    expect(checked).toMatchObject({ status: "succeeded", reason: { sentence: expect.stringContaining("2 checks") } });
    expect(made.git(made.remote, "rev-parse", BRANCH).trim()).toBe(headSha);
    const shown = made.git(made.remote, "show", "--format=%s", "--name-only", BRANCH);
    expect(shown.trim()).toBe("DEMO-1: Said hello.\n\ngreeting.txt");
    const lane = await opened.record.record.views.lane(LANE);
    expect(lane?.branch).toMatchObject({ headSha, validatedSha: headSha, pushedSha: headSha });

    expect(await work(opened, "clean", {})).toMatchObject({ status: "succeeded" });
    expect(existsSync(join(made.workspaces, "DEMO-1"))).toBe(false);
  });
});
