import { measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { type Behaviour, CAP, Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group, Measured } from "./report.ts";

const ROUNDS = 5;
const LIMIT_MS = 60_000;

const CASES: readonly {
  readonly what: string;
  readonly behaviour: Behaviour;
  readonly agents: number;
  readonly target: string;
}[] = [
  { what: "idle", behaviour: "wait", agents: 0, target: "≤ 1 s" },
  { what: `${CAP} agents that leave when told to`, behaviour: "wait", agents: CAP, target: "≤ 1 s" },
  { what: `${CAP} agents that ignore it and SIGTERM`, behaviour: "refuse", agents: CAP, target: "≤ 1 s + 2 s grace" },
];

/** From SIGTERM to the end of the daemon. */
export async function measureStop(): Promise<readonly Group[]> {
  const bare = await measureBare();
  const rows: Measured[] = [];
  for (const { what, behaviour, agents, target } of CASES) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await stopOf(behaviour, agents));
    const value = medianOf(times);
    rows.push({ what, value, unit: "ms", ratio: value / bare.wallMs, target });
  }
  return [
    { title: "Stop", how: `From SIGTERM to the end of the daemon and all agents; ${ROUNDS} rounds.`, bare, rows },
  ];
}

async function stopOf(behaviour: Behaviour, agents: number): Promise<number> {
  const ground = new Ground();
  try {
    ground.writeMemory(behaviour, 1, agents);
    const daemon = await Daemon.start(ground);
    await daemon.until(() => daemon.count("  started: ") >= agents, LIMIT_MS);
    await untilAllTalk(daemon, agents);
    return await daemon.stop();
  } finally {
    await Daemon.endAll();
    ground.remove();
  }
}

/** An agent that is still being started would end sooner than one at work. */
async function untilAllTalk(daemon: Daemon, agents: number): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const text = await (await fetch(`${daemon.url}/api/v1/state`)).text();
    if (text.split('"streaming_turn"').length - 1 >= agents) return;
    if (performance.now() > end) throw new Error(`not all of ${agents} agents began their turn: ${text.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
