import { programOf } from "../agents/places.ts";
import { claudeCodeAgent } from "../../src/agents/claude-code/index.ts";
import { codexAgent } from "../../src/agents/codex/index.ts";
import { opencodeAgent } from "../../src/agents/acp/index.ts";
import type { AgentProviderKind } from "../../src/contracts/agent-provider.ts";
import { AgentGround } from "./agent-ground.ts";
import { medianOf } from "./median.ts";
import { spawnAlone } from "./spawn-alone.ts";

/** Measured rounds of each agent; one more goes before, which loads what is loaded once. */
export const ROUNDS = 5;

const AGENTS: readonly (readonly [AgentProviderKind, "codex" | "claude" | "opencode", readonly string[]])[] = [
  [codexAgent, "codex", ["app-server"]],
  [claudeCodeAgent, "claude", []],
  [opencodeAgent, "opencode", ["acp"]],
];

/** What a session of each installed agent costs this process beyond spawning its program. */
export async function startOverheads(): Promise<readonly { readonly agent: string; readonly cpuMs: number }[]> {
  const found = [];
  for (const [kind, name, args] of AGENTS) {
    const program = programOf(name);
    if (program !== null) found.push({ agent: kind.kind, cpuMs: await overheadOf(kind, [program, ...args]) });
  }
  return found;
}

async function overheadOf(kind: AgentProviderKind, command: readonly string[]): Promise<number> {
  const whole: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const ground = new AgentGround();
    try {
      whole.push(await cpuOf(() => runSession(ground, kind, command)));
      // One that knows no such arguments ends at once, which costs this process the same.
      alone.push(await cpuOf(() => spawnAlone([command[0] ?? "", "--version"], ground.env)));
    } finally {
      await ground.close();
    }
  }
  return medianOf(whole.slice(1)) - medianOf(alone.slice(1));
}

async function runSession(ground: AgentGround, kind: AgentProviderKind, command: readonly string[]): Promise<void> {
  const provider = await kind.open({ command: [...command] });
  const start = await provider.start(await ground.request(() => undefined));
  if (!start.ok) throw new Error(`${kind.kind} does not start: ${start.failure.sentence}`);
  await start.session.stop();
}

/** Its user and system time, milliseconds. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
