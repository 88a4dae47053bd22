import { afterEach, describe, expect, it } from "vitest";
import type { SimProgram } from "../../dev/sim/sim-process.ts";
import { MaestroError } from "../../src/base/errors.ts";
import type { Step } from "../../src/agents/mock/schema.ts";
import type { EventType } from "../../src/model/events/index.ts";
import { aProfile, aWorkflow } from "./samples.ts";
import { Workshop, type WorkshopOptions } from "./workshop.ts";

const BRANCH = "maestro/demo-1";
const handOff: Step = { do: "call", tool: "run_handoff", arguments: { summary: "Said hello." } };
const finalize: Step = { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } };
const endTurn: Step = { do: "end_turn" };

let shop: Workshop;
afterEach(() => shop.close());

async function run(options: WorkshopOptions, payload: Parameters<Workshop["enqueue"]>[1] = {}) {
  shop = await new Workshop(options).start(BRANCH);
  await shop.enqueue("run", { branch: BRANCH, ...payload });
  return shop.outcome();
}

function agentLimits(changes: Partial<ReturnType<typeof aWorkflow>["agent"]>) {
  return { agent: { ...aWorkflow("/work").agent, ...changes } };
}

function fails(code: string) {
  return async () => {
    throw new MaestroError({ code, message: "It went wrong." });
  };
}

async function prompts(): Promise<string[]> {
  const texts: string[] = [];
  for await (const line of shop.transcripts.read("lane-1", 1)) {
    const { kind, text } = JSON.parse(line);
    if (kind === "prompt") texts.push(text);
  }
  return texts;
}

describe("a run", () => {
  it("ends with what the agent handed off and the host saw", async () => {
    const outcome = await run({ steps: [{ do: "write", path: "a.txt", text: "hello" }, handOff, finalize] });
    expect(outcome).toEqual({
      status: "succeeded",
      reason: { code: "hand_off", sentence: "Said hello." },
      failure: null,
      signal: { kind: "hand_off", route: null, summary: "Said hello.", noChange: null },
      headSha: "head-1",
      changed: true,
      turns: 1,
      notBefore: null,
    });
    expect(shop.workspaces.asked).toEqual(["prepare", "beforeRun", "afterRun, 0 processes"]);
    expect(shop.git.asked).toEqual(["takeOver DEMO-1: Said hello."]);
    expect(await shop.eventsOf("evidence_recorded")).toMatchObject([
      { kind: "commit", witness: "host", ok: true, headSha: "head-1" },
    ]);
    expect(shop.journal.map(({ event }) => event)).toEqual(["start", "stop"]);
    expect(shop.runtime.running()).toEqual([]);
  });

  it("puts its phases on record, and its process before that exists", async () => {
    await run({ steps: [handOff, finalize] });
    const phases = await shop.eventsOf("phase_entered");
    expect(phases.map(({ phase }) => phase)).toEqual([
      "preparing_workspace",
      "building_prompt",
      "launching_agent",
      "initializing_session",
      "streaming_turn",
      "finishing",
    ]);
    const types = await shop.types();
    const order: EventType[] = [
      "workspace_prepared",
      "hook_finished",
      "process_spawning",
      "process_started",
      "session_started",
    ];
    const later: EventType[] = ["turn_started", "signal_recorded", "turn_finished", "commit_seen", "work_settled"];
    const places = [...order, ...later].map((type) => types.indexOf(type));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.includes(-1)).toBe(false);
    expect((await shop.eventsOf("process_spawning")).map(({ marker }) => marker)).toEqual([
      "maestro.demo-00000000.lane-1.1.agent",
    ]);
  });

  it("goes on in the same session while the issue is active (S-092, S-093)", async () => {
    const outcome = await run({ steps: [endTurn, endTurn, handOff, finalize] });
    expect(outcome).toMatchObject({ status: "succeeded", turns: 3, signal: { kind: "hand_off" } });
    expect(await shop.eventsOf("session_started")).toHaveLength(1);
    expect(await prompts()).toHaveLength(1);
  });

  it("ends without a signal when the issue has left the active states meanwhile", async () => {
    const steps: Step[] = [{ do: "sleep", ms: 5_000 }, endTurn, handOff, finalize];
    shop = await new Workshop({ steps }).start(BRANCH);
    await shop.enqueue("run", { branch: BRANCH });
    await shop.until(() => shop.journal.length > 0);
    await shop.tracker.move("i1", { to: "Done", from: null }, { signal: AbortSignal.timeout(5_000) });
    expect(await shop.outcome()).toMatchObject({
      status: "succeeded",
      reason: { code: "issue_terminal" },
      signal: { kind: "none" },
    });
  });

  it("takes an issue for active when the tracker cannot be asked", async () => {
    const tracker = { ...aTracker(), issuesByIds: fails("tracker_request") };
    const outcome = await run({ steps: [endTurn, handOff, finalize], replace: () => ({ tracker: () => tracker }) });
    expect(outcome).toMatchObject({ status: "succeeded", turns: 2, signal: { kind: "hand_off" } });
  });

  it("ends without a signal when its turns are used up", async () => {
    const outcome = await run({ steps: [endTurn, endTurn, endTurn, endTurn] });
    expect(outcome).toMatchObject({ status: "succeeded", turns: 3, reason: { code: "turns_used_up" } });
    expect(outcome.signal).toEqual({ kind: "none" });
  });

  it("lets a later turn confirm what an earlier one announced", async () => {
    const outcome = await run({ steps: [handOff, endTurn, finalize] });
    expect(outcome).toMatchObject({ status: "succeeded", turns: 2, signal: { kind: "hand_off" } });
  });

  it.each<[string, Step[], string]>([
    ["was never confirmed", [handOff], "missing_finalize"],
    ["was confirmed on another path", [handOff, { ...finalize, arguments: { path: "attention" } }], "path_mismatch"],
  ])("fails when a hand-off %s", async (_, steps, code) => {
    const outcome = await run({ steps });
    expect(outcome).toMatchObject({ status: "failed", failure: "protocol", signal: { kind: "invalid" } });
    expect(outcome.reason.code).toBe(code);
  });

  it.each<[string, Step[], object]>([
    ["asks a person", [{ do: "ask", question: "which?" }], { failure: "agent", reason: { code: "input_required" } }],
    ["has no quota left", [{ do: "quota" }], { failure: "capacity", notBefore: null }],
    ["ends its process", [{ do: "exit", code: 3 }], { failure: "agent", reason: { code: "process_exit" } }],
    ["is not logged in", [{ do: "fail", message: "log in", kind: "auth" }], { failure: "fatal" }],
    ["hangs", [{ do: "hang" }], { failure: "timed_out", reason: { code: "turn_timeout" } }],
  ])("fails when the agent %s, and still runs after_run", async (_, steps, expected) => {
    const outcome = await run({ steps });
    expect(outcome).toMatchObject({ status: "failed", signal: { kind: "none" }, ...expected });
    expect(shop.workspaces.asked).toContain("afterRun, 0 processes");
    expect(shop.runtime.running()).toEqual([]);
  });

  it("keeps a confirmed hand-off of an agent that fails afterwards", async () => {
    const outcome = await run({ steps: [handOff, finalize, { do: "exit", code: 1 }] });
    expect(outcome).toMatchObject({ status: "succeeded", signal: { kind: "hand_off" } });
  });

  it("ends when its time is over, however lively the agent is", async () => {
    const outcome = await run({
      steps: [{ do: "flood", events: 1_000, per_second: 1 }],
      workflow: agentLimits({ runTimeoutMs: 60_000 }),
    });
    expect(outcome).toMatchObject({ status: "failed", failure: "timed_out", reason: { code: "run_timed_out" } });
    expect(shop.runtime.running()).toEqual([]);
  });

  it.each([
    ["hook_failed", "hook"],
    ["hook_timeout", "hook"],
  ])("starts no agent after %s of before_run, but runs after_run (G-1)", async (code, failure) => {
    shop = new Workshop({ steps: [handOff, finalize] });
    shop.workspaces.trouble.beforeRun = fails(code);
    await shop.start(BRANCH);
    await shop.enqueue("run", { branch: BRANCH });
    expect(await shop.outcome()).toMatchObject({ status: "failed", failure, reason: { code } });
    expect(shop.workspaces.asked).toEqual(["prepare", "beforeRun", "afterRun, 0 processes"]);
    expect(shop.journal).toEqual([]);
  });

  it("runs no hook in a workspace that could not be prepared", async () => {
    shop = new Workshop();
    shop.workspaces.trouble.prepare = fails("workspace_disk_low");
    await shop.start(BRANCH);
    await shop.enqueue("run", { branch: BRANCH });
    expect(await shop.outcome()).toMatchObject({ status: "failed", failure: "workspace" });
    expect(shop.workspaces.asked).toEqual(["prepare"]);
  });

  it("fails with a prompt that does not render (S-222)", async () => {
    const outcome = await run({ workflow: { prompt: "{{ nobody.knows }}" } });
    expect(outcome).toMatchObject({ status: "failed", failure: "prompt" });
    expect(shop.journal).toEqual([]);
  });

  it("fails for good with a tool that is not built", async () => {
    const outcome = await run({ workflow: { profile: aProfile({ tools: ["no_such_tool"] }) } });
    expect(outcome).toMatchObject({ status: "failed", failure: "fatal", reason: { code: "unsupported_tool" } });
  });

  it("answers a call of a tool that it has not got, and goes on", async () => {
    await run({ steps: [{ do: "call", tool: "repo_push" }, handOff, finalize] });
    const calls = await shop.eventsOf("tool_called");
    expect(calls.map(({ tool, code }) => `${tool}: ${code}`)).toEqual([
      "repo_push: unknown_tool",
      "run_handoff: ok",
      "run_finalize: ok",
    ]);
  });

  it("reports progress and usage no more often than people read, and loses none of the usage", async () => {
    const usage: Step = { do: "usage", input_tokens: 10, output_tokens: 5 };
    const steps: Step[] = [{ do: "flood", events: 500, per_second: 100 }, usage, usage, handOff, finalize];
    await run({ steps });
    expect((await shop.eventsOf("progress_seen")).length).toBeLessThanOrEqual(7);
    const reported = await shop.eventsOf("usage_reported");
    expect(reported.reduce((sum, one) => sum + one.usage.totalTokens, 0)).toBe(30);
    expect(reported).toHaveLength(1);
  });

  it("gives the agent no secret of tracker or forge", async () => {
    const seen: Record<string, string>[] = [];
    const shell: SimProgram = async ({ env }) => {
      seen.push({ ...env });
      return 0;
    };
    const environment = { PATH: "/bin", TERM: "xterm-topsecret", GITHUB_TOKEN: "topsecret", OTHER: "x" };
    shop = new Workshop({
      shell,
      environment,
      steps: [{ do: "run", command: "env" }],
      workflow: { agentRuntime: { placement: "local", env: { MODEL: "m" }, pass: ["GITHUB_TOKEN"] } },
    });
    shop.secrets.register("github", "topsecret");
    await shop.start();
    await shop.enqueue("run");
    await shop.outcome();
    const { MAESTRO_PROCESS_MARKER: marker, ...env } = seen[0] ?? {};
    expect(marker).toContain("agent");
    expect(env).toEqual({
      PATH: "/bin",
      MODEL: "m",
      MAESTRO_ISSUE_ID: "i1",
      MAESTRO_ISSUE_IDENTIFIER: "DEMO-1",
      MAESTRO_RUN: "1",
    });
    expect(shop.log.entries.some(({ message }) => message.includes("not given to the agent"))).toBe(true);
  });

  it("brings the newest base into a branch that it repairs, and says when that conflicts", async () => {
    shop = new Workshop({ steps: [handOff, finalize] });
    shop.git.merge = "conflict";
    await shop.start(BRANCH);
    await shop.enqueue("run", { branch: BRANCH, purpose: "repair", feedback: "Please rename it." });
    await shop.outcome();
    expect(shop.git.asked[0]).toBe("mergeBase");
    const [prompt] = await prompts();
    expect(prompt).toContain("Please rename it.");
    expect(prompt).toContain("conflict markers");
  });
});

describe("a repair whose workspace holds what a broken-off run left", () => {
  it("takes that over before it merges the base", async () => {
    shop = new Workshop({ steps: [handOff, finalize] });
    const { git } = shop;
    git.trouble.mergeBase = async () => {
      if (git.asked.length === 1) throw new MaestroError({ code: "git_dirty_tree", message: "It holds work." });
    };
    await shop.start(BRANCH);
    await shop.enqueue("run", { branch: BRANCH, purpose: "repair", feedback: "Please rename it." });
    expect(await shop.outcome()).toMatchObject({ status: "succeeded", headSha: "head-2" });
    expect(git.asked).toEqual([
      "mergeBase",
      "takeOver DEMO-1: Greet the world",
      "mergeBase",
      "takeOver DEMO-1: Said hello.",
    ]);
  });
});

function aTracker() {
  const never = async () => {
    throw new Error("not asked in this test");
  };
  return {
    kind: "memory",
    capabilities: { move: false, comment: false, label: false, create: false, watch: false },
    issuesByStates: never,
    issueByIdentifier: never,
    move: never,
    comments: never,
    ensureComment: never,
    comment: never,
    label: never,
    create: never,
    watch: () => () => undefined,
    health: never,
    close: async () => undefined,
  };
}
