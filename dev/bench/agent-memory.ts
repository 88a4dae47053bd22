import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { acpAgent } from "../../src/agents/acp/index.ts";
import type { AgentSession } from "../../src/contracts/agent-provider.ts";
import { AgentGround } from "./agent-ground.ts";
import { medianOf } from "./median.ts";

export const SESSIONS = 100;
const ROUNDS = 5;

/** Begins a session and then waits for nothing. */
const IDLE = [
  "read -r _",
  `echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":1,"agentCapabilities":{"mcpCapabilities":{"http":true}}}}'`,
  "read -r _",
  `echo '{"jsonrpc":"2.0","id":2,"result":{"sessionId":"s"}}'`,
  "read -r _",
].join("; ");

/** What one idle session takes of this process, MiB. */
export async function memoryOfSession(): Promise<number> {
  const sizes: number[] = [];
  // The first round takes what stays taken.
  for (let round = 0; round <= ROUNDS; round += 1) sizes.push(await memoryOfRound());
  return medianOf(sizes.slice(1));
}

async function memoryOfRound(): Promise<number> {
  const ground = new AgentGround();
  const provider = await acpAgent.open({ command: ["sh", "-c", IDLE] });
  const sessions: AgentSession[] = [];
  try {
    const before = collected();
    while (sessions.length < SESSIONS) {
      const start = await provider.start(await ground.request(() => undefined));
      if (!start.ok) throw new Error(start.failure.sentence);
      sessions.push(start.session);
    }
    return (collected() - before) / SESSIONS / 1024 / 1024;
  } finally {
    await Promise.all(sessions.map((session) => session.stop()));
    await ground.close();
  }
}

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes that are in use once the garbage is gone, on and off the heap. */
function collected(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
