import { setTimeout as delay } from "node:timers/promises";
import { measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { CAP, Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group, Measured } from "./report.ts";

const ROUNDS = 4;
const ISSUES = 500;
const LOCAL_ISSUES = 20;
const WATCH_MS = 20_000;
/** Until a started daemon has nothing to do any more; V8 tidies up after the start some 8 s later. */
const SETTLE_MS = 12_000;
const LIMIT_MS = 600_000;

/** Short runs without a repository, and an idle daemon before and after them. */
export async function measureRuns(): Promise<readonly Group[]> {
  const ground = new Ground();
  try {
    const empty = await measureIdle(ground, "no issue yet");
    const bare = await measureBare();
    const rounds: Work[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ground.writeMemory("hand_off", round * ISSUES + 1, (round + 1) * ISSUES);
      rounds.push(await workOff(ground, ISSUES));
    }
    const full = await measureIdle(ground, `${ROUNDS * ISSUES} finished issues`);
    const how =
      `Tracker \`memory\`, no repository, durable record, a shell script as agent, ${CAP} at once; ${ROUNDS} rounds of ${ISSUES} issues, ` +
      "from the first start to the last end. CPU is the daemon's own, without agents.";
    return [
      {
        title: "Idle",
        how: `A poll every second, watched for ${WATCH_MS / 1000} s.`,
        bare: empty.bare,
        rows: [...empty.rows, ...full.rows],
      },
      { title: "Short runs", how, bare, rows: rowsOf(rounds, { rate: "≥ 100 issues/s", cpu: "≤ 6 ms" }, bare.wallMs) },
    ];
  } finally {
    await Daemon.endAll();
    ground.remove();
  }
}

/** The whole way of an issue to the merge. */
export async function measureMerges(): Promise<Group> {
  const ground = new Ground();
  try {
    const bare = await measureBare();
    ground.writeLocal(LOCAL_ISSUES);
    const round = await workOff(ground, LOCAL_ISSUES);
    const how =
      `Tracker and forge \`local\`: worktree, commit by the host, a check, push, change, merge, cleanup; ${LOCAL_ISSUES} issues, ${CAP} at once, ` +
      "a shell script as agent.";
    return { title: "To the merge", how, bare, rows: rowsOf([round], { rate: "≥ 10 issues/s" }, bare.wallMs) };
  } finally {
    await Daemon.endAll();
    ground.remove();
  }
}

async function measureIdle(ground: Ground, history: string) {
  const bare = await measureBare();
  ground.writeMemory("wait", 1, 0);
  const daemon = await Daemon.start(ground);
  await delay(SETTLE_MS);
  const before = daemon.used();
  await delay(WATCH_MS);
  const after = daemon.used();
  await daemon.stop();
  const cpu = ((after.cpuMs - before.cpuMs) / WATCH_MS) * 100;
  const ratio = after.rssMb / bare.peakMb;
  const rows: Measured[] = [
    { what: `memory, ${history}`, value: after.rssMb, unit: "MB", ratio, target: "≤ 90 MB" },
    { what: `CPU, ${history}`, value: cpu, unit: "%", target: "≤ 0.5 %" },
  ];
  return { bare, rows };
}

/** What one round of work cost. */
interface Work {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

async function workOff(ground: Ground, issues: number): Promise<Work> {
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
  targets: { readonly rate: string; readonly cpu?: string },
  bareMs: number,
): readonly Measured[] {
  const perSecond = medianOf(rounds.map((round) => round.perSecond));
  const cpuMs = medianOf(rounds.map((round) => round.cpuMs));
  return [
    { what: "issues to the end", value: perSecond, unit: "issues/s", target: targets.rate },
    { what: "time for each", value: 1000 / perSecond, unit: "ms", ratio: 1000 / perSecond / bareMs },
    {
      what: "daemon's CPU for each",
      value: cpuMs,
      unit: "ms",
      ratio: cpuMs / bareMs,
      ...(targets.cpu === undefined ? {} : { target: targets.cpu }),
    },
    { what: "memory at the end", value: medianOf(rounds.map((round) => round.rssMb)), unit: "MB" },
  ];
}
