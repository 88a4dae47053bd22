import { setTimeout as delay } from "node:timers/promises";
import { measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group, Measured } from "./report.ts";
import { workOff } from "./work.ts";

const ROUNDS = 5;
const WATCH_MS = 10_000;
/** Until a started daemon has nothing to do any more; V8 tidies up after the start some 8 s later. */
const SETTLE_MS = 12_000;
const HISTORY = 2_000;

/** What a daemon needs that has nothing to do, before and after a history. */
export async function measureIdle(): Promise<readonly Group[]> {
  const ground = new Ground();
  try {
    const bare = await measureBare();
    const empty = await watch(ground, bare.peakMb, "no issue yet");
    ground.writeMemory("hand_off", 1, HISTORY);
    await workOff(ground, HISTORY);
    const full = await watch(ground, bare.peakMb, `${HISTORY} finished issues`);
    const how = `A poll every second; ${ROUNDS} windows of ${WATCH_MS / 1000} s, ${SETTLE_MS / 1000} s after the start.`;
    return [{ title: "Idle", how, bare, rows: [...empty, ...full] }];
  } finally {
    await Daemon.endAll();
    ground.remove();
  }
}

async function watch(ground: Ground, bareMb: number, history: string): Promise<readonly Measured[]> {
  ground.writeMemory("wait", 1, 0);
  const daemon = await Daemon.start(ground);
  await delay(SETTLE_MS);
  const memory: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = daemon.used();
    await delay(WATCH_MS);
    const after = daemon.used();
    memory.push(after.rssMb);
    cpu.push(((after.cpuMs - before.cpuMs) / WATCH_MS) * 100);
  }
  await daemon.stop();
  const rss = medianOf(memory);
  return [
    { what: `memory, ${history}`, value: rss, unit: "MB", ratio: rss / bareMb, target: "≤ 90 MB" },
    { what: `CPU, ${history}`, value: medianOf(cpu), unit: "%", target: "≤ 0.5 %" },
  ];
}
