import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { createMockAgent } from "../../src/agents/mock/provider.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { JsonObject } from "../../src/base/json.ts";
import { silentLog } from "../../src/base/log.ts";
import type { AgentEvent } from "../../src/contracts/agent-provider.ts";
import {
  AGENT_PROVIDER_CASES,
  type AgentBehaviour,
  type AgentHarness,
} from "../../src/contracts/conformance/agent-provider.ts";
import type { ToolCall } from "../../src/contracts/tool.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { BEHAVIOURS } from "../agents/mock/behaviours.ts";
import { PROGRAM } from "../agents/mock/program.ts";

const clock = systemClock();
const runtime = localRuntime({ clock, machine: "here", log: silentLog });
const folders: string[] = [];
let sessions = 0;

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

function optionsFor(behaviour: AgentBehaviour): JsonObject {
  if (behaviour === "is_missing") return { command: ["/no/such/agent"] };
  if (behaviour === "is_never_ready") return { command: ["sh", "-c", "sleep 300"] };
  return { scripts: { default: { runs: [JSON.parse(JSON.stringify(BEHAVIOURS[behaviour]))] } } };
}

async function startMock(options: JsonObject, startupMs: number, turnSilenceMs: number) {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), "maestro-agent-")));
  folders.push(workspace);
  sessions += 1;
  const marker = `maestro.conformance.${process.pid}.${sessions}.agent`;
  const events: AgentEvent[] = [];
  const calls: ToolCall[] = [];
  const controller = new AbortController();
  const provider = await createMockAgent({ node: process.execPath, program: PROGRAM }).open(options);
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
    limits: { startupMs, responseMs: 5_000, turnSilenceMs },
    onEvent: (event) => events.push(event),
    signal: controller.signal,
  });
  const survivors = async () => (await runtime.liveMarkers(marker)).length;
  return { start, events, calls, workspace, survivors, abort: () => controller.abort() };
}

const harness: AgentHarness = {
  start: (behaviour) =>
    startMock(
      optionsFor(behaviour),
      behaviour === "is_never_ready" ? 300 : 10_000,
      behaviour === "is_silent" ? 500 : 10_000,
    ),
};

const README = fileURLToPath(new URL("../../src/agents/mock/README.md", import.meta.url));

describe("the shell agent of the mock's README", () => {
  it("speaks the protocol", async () => {
    const script = /```sh\n([\s\S]*?)```/.exec(await readFile(README, "utf8"))?.[1] ?? "";
    const agent = await startMock({ command: ["sh", "-c", script] }, 10_000, 10_000);
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
  it.each(AGENT_PROVIDER_CASES)("$name", ({ run }) => run(harness));
});
