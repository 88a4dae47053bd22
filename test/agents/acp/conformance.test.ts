import { fileURLToPath } from "node:url";
import { afterEach, describe, it } from "vitest";
import { acpAgent } from "../../../src/agents/acp/index.ts";
import {
  AGENT_PROVIDER_CASES,
  type AgentBehaviour,
  type AgentHarness,
} from "../../../src/contracts/conformance/agent-provider.ts";
import { Bench, type BenchOptions } from "../bench.ts";

const AGENT = fileURLToPath(new URL("scripted-agent.ts", import.meta.url));
const COMMAND = [process.execPath, "--import", import.meta.resolve("tsx"), AGENT];
const STUBBORN = `trap '' TERM INT; setsid sh -c "trap '' TERM; sleep 300" & "$@"; sleep 300`;

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

function commandOf(behaviour: AgentBehaviour): readonly string[] {
  if (behaviour === "is_missing") return ["/no/such/agent"];
  if (behaviour === "is_never_ready") return ["sh", "-c", "sleep 300"];
  if (behaviour === "hangs") return ["sh", "-c", STUBBORN, "agent", ...COMMAND, behaviour];
  return [...COMMAND, behaviour];
}

function limitsOf(behaviour: AgentBehaviour): BenchOptions {
  if (behaviour === "is_never_ready") return { startupMs: 300 };
  if (behaviour === "is_mute") return { firstOutputMs: 500 };
  if (behaviour === "goes_on") return { turnTotalMs: 1_000 };
  return behaviour === "is_silent" ? { turnSilenceMs: 500 } : {};
}

const harness: AgentHarness = {
  start: async (behaviour) => {
    const on = await Bench.open(() => []);
    bench = on;
    const start = await on.start(
      acpAgent,
      { command: commandOf(behaviour) },
      { ...limitsOf(behaviour), withUnknownTool: true, allow: false },
    );
    const { events, calls, asked } = on;
    return { start, events, calls, asked, abort: () => on.abort(), survivors: () => on.survivors() };
  },
};

describe("agent provider acp", () => {
  it.for(AGENT_PROVIDER_CASES)("$name", async ({ needs, run }, { skip }) => {
    skip(needs === "out_of_quota", "gap: ACP has no word for when a quota is new");
    await run(harness);
  });
});
