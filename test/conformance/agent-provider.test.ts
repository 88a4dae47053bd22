import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type AgentLine, SIM_AGENT_COMMAND, simAgentKind, simAgentProgram } from "../../dev/sim/sim-agent.ts";
import type { SimProgram } from "../../dev/sim/sim-process.ts";
import { simRuntime } from "../../dev/sim/sim-runtime.ts";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { createMockAgent } from "../../src/agents/mock/provider.ts";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { silentLog } from "../../src/base/log.ts";
import type { AgentEvent, AgentProviderKind, SessionRequest } from "../../src/contracts/agent-provider.ts";
import {
  AGENT_PROVIDER_CASES,
  type AgentBehaviour,
  type AgentHarness,
} from "../../src/contracts/conformance/agent-provider.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import type { ToolCall } from "../../src/contracts/tool.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { BEHAVIOURS } from "../agents/mock/behaviours.ts";
import { PROGRAM } from "../agents/mock/program.ts";

const clock = systemClock();
const runtime = localRuntime({ clock, machine: "here", log: silentLog });
const folders: string[] = [];
let sessions = 0;

interface Machine {
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly kind: AgentProviderKind;
  readonly folder: () => Promise<string>;
}

type Limits = Omit<SessionRequest["limits"], "responseMs">;

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

function optionsFor(behaviour: AgentBehaviour): JsonObject {
  if (behaviour === "is_missing") return { command: ["/no/such/agent"] };
  if (behaviour === "is_never_ready") return { command: ["sh", "-c", "sleep 300"] };
  return { scripts: { default: { runs: [JSON.parse(JSON.stringify(BEHAVIOURS[behaviour]))] } } };
}

const machine: Machine = {
  clock,
  runtime,
  kind: createMockAgent({ node: process.execPath, program: PROGRAM }),
  folder: async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "maestro-agent-")));
    folders.push(folder);
    return folder;
  },
};

async function startMock({ clock, runtime, kind, folder }: Machine, options: JsonObject, limits: Limits) {
  const workspace = await folder();
  sessions += 1;
  const marker = `maestro.conformance.${process.pid}.${sessions}.agent`;
  const events: AgentEvent[] = [];
  const calls: ToolCall[] = [];
  const controller = new AbortController();
  const provider = await kind.open(options);
  const start = await provider.start({
    runtime,
    clock,
    log: silentLog,
    workspace,
    env: { PATH: process.env.PATH ?? "", MAESTRO_ISSUE_IDENTIFIER: "DEMO-1", MAESTRO_RUN: "1" },
    marker,
    title: "DEMO-1: Greet the world",
    tools: [],
    callTool: async (call) => {
      calls.push(call);
      const ok = call.name !== "no_such";
      return { ok, code: ok ? "ok" : "unknown_tool", text: "" };
    },
    resume: null,
    limits: { responseMs: 5_000, ...limits },
    onEvent: (event) => events.push(event),
    signal: controller.signal,
  });
  const survivors = async () => (await runtime.liveMarkers(marker)).length;
  return { start, events, calls, workspace, survivors, abort: () => controller.abort() };
}

function harnessOn(where: Machine): AgentHarness {
  return {
    start: (behaviour) =>
      startMock(where, optionsFor(behaviour), {
        startupMs: behaviour === "is_never_ready" ? 300 : 10_000,
        turnSilenceMs: behaviour === "is_silent" ? 500 : 10_000,
        ...(behaviour === "is_mute" ? { firstOutputMs: 500 } : {}),
        ...(behaviour === "goes_on" ? { turnTotalMs: 1_000 } : {}),
      }),
  };
}

const README = fileURLToPath(new URL("../../src/agents/mock/README.md", import.meta.url));

describe("the shell agent of the mock's README", () => {
  it("speaks the protocol", async () => {
    const script = /```sh\n([\s\S]*?)```/.exec(await readFile(README, "utf8"))?.[1] ?? "";
    const agent = await startMock(
      machine,
      { command: ["sh", "-c", script] },
      { startupMs: 10_000, turnSilenceMs: 10_000 },
    );
    if (!agent.start.ok) throw new Error(agent.start.failure.sentence);
    const { session } = agent.start;
    expect(await session.turn("go")).toMatchObject({ status: "completed", finalMessage: "I wrote a greeting." });
    expect(agent.calls.map(({ name }) => name)).toEqual(["run_handoff", "run_finalize"]);
    expect(await readFile(join(agent.workspace, "greeting.txt"), "utf8")).toBe("Hello, world\n");
    await session.stop();
    expect(await agent.survivors()).toBe(0);
  });
});

describe("agent provider mock", () => {
  it.each(AGENT_PROVIDER_CASES)("$name", ({ run }) => run(harnessOn(machine)));
});

describe("agent provider mock, simulated", () => {
  it.each(AGENT_PROVIDER_CASES)("$name", async ({ run }) => {
    // A flood takes more turns than the clock's own patience.
    const clock = new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
    const wait: SimProgram = async ({ signal, ignoreTerm }) => {
      ignoreTerm();
      await clock.sleep(Number.POSITIVE_INFINITY, signal);
      return 0;
    };
    const journal: AgentLine[] = [];
    const runtime = simRuntime({ clock, programs: { [SIM_AGENT_COMMAND]: simAgentProgram(journal), sh: wait } });
    const folder = async () => {
      await runtime.makeDirectory("/work");
      return "/work";
    };
    let isDone = false;
    const running = run(harnessOn({ clock, runtime, kind: simAgentKind(), folder })).finally(() => {
      isDone = true;
    });
    await Promise.all([running, clock.runUntil(() => isDone, 600_000)]);
    expect(journal.map(({ event }) => event)).toEqual(journal.length === 0 ? [] : ["start", "stop"]);
  });
});
