import { type Bare, measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { CAP, Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group, Measured } from "./report.ts";

const ROUNDS = 5;
const ISSUES = 500;
const LOCAL_ISSUES = 20;
/** Longest wait for a round, milliseconds. */
export const LIMIT_MS = 600_000;

/** Short runs without a repository; each round is a daemon of its own on the history of those before. */
export async function measureThroughput(): Promise<readonly Group[]> {
  const ground = new Ground();
  try {
    const bare = await measureBare();
    const rounds: Work[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ground.writeMemory("hand_off", round * ISSUES + 1, (round + 1) * ISSUES);
      rounds.push(await workOff(ground, ISSUES));
    }
    const how =
      `Tracker \`memory\`, no repository, durable record, a shell script as agent, ${CAP} at once; ${ROUNDS} rounds of ${ISSUES} issues, ` +
      "from the first start to the last end. CPU is the daemon's own, without agents.";
    return [{ title: "Short runs", how, bare, rows: rowsOf(rounds, bare, { rate: "≥ 100 issues/s", cpu: "≤ 6 ms" }) }];
  } finally {
    await Daemon.endAll();
    ground.remove();
  }
}

/** The whole way of an issue to the merge. */
export async function measureMerges(): Promise<readonly Group[]> {
  const bare = await measureBare();
  const rounds: Work[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await mergeOnce());
  const how =
    `Tracker and forge \`local\`: worktree, commit by the host, a check, push, change, merge, cleanup; ${ROUNDS} rounds of ${LOCAL_ISSUES} ` +
    `issues, ${CAP} at once, a shell script as agent.`;
  return [{ title: "To the merge", how, bare, rows: rowsOf(rounds, bare, { rate: "≥ 10 issues/s" }) }];
}

async function mergeOnce(): Promise<Work> {
  const ground = new Ground();
  try {
    ground.writeLocal(LOCAL_ISSUES);
    return await workOff(ground, LOCAL_ISSUES);
  } finally {
    await Daemon.endAll();
    ground.remove();
  }
}

/** What one round of work cost. */
export interface Work {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** Lets a daemon of its own work off the issues that the ground's workflow file holds. */
export async function workOff(ground: Ground, issues: number): Promise<Work> {
  const daemon = await Daemon.start(ground);
  await daemon.until(() => daemon.count("  started: ") > 0, LIMIT_MS);
  const began = performance.now();
  const before = daemon.used();
  await daemon.until(() => daemon.count("  finished: ") >= issues, LIMIT_MS);
  const seconds = (performance.now() - began) / 1000;
  const after = daemon.used();
  await daemon.stop();
  return { perSecond: issues / seconds, cpuMs: (after.cpuMs - before.cpuMs) / issues, rssMb: after.rssMb };
}

function rowsOf(
  rounds: readonly Work[],
  bare: Bare,
  targets: { readonly rate: string; readonly cpu?: string },
): readonly Measured[] {
  const perSecond = medianOf(rounds.map((round) => round.perSecond));
  const cpuMs = medianOf(rounds.map((round) => round.cpuMs));
  const cpu = { what: "daemon's CPU for each", value: cpuMs, unit: "ms", ratio: cpuMs / bare.wallMs };
  return [
    { what: "issues to the end", value: perSecond, unit: "issues/s", target: targets.rate },
    { what: "time for each", value: 1000 / perSecond, unit: "ms", ratio: 1000 / perSecond / bare.wallMs },
    targets.cpu === undefined ? cpu : { ...cpu, target: targets.cpu },
    { what: "memory at the end", value: medianOf(rounds.map((round) => round.rssMb)), unit: "MB" },
  ];
}
