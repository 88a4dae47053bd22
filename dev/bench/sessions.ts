import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Bare, measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group, Measured } from "./report.ts";

const SESSIONS = 1_000;
const ROUNDS = 5;
const WINDOW_MS = 10_000;
const LIMIT_MS = 600_000;
/** Parts of a second in which a share of the sessions is told to say something. */
const SHARES = 50;

/** What one window showed. */
interface Window {
  readonly p99: number;
  readonly max: number;
  readonly cpu: number;
  readonly rssMb: number;
}

/** Many sessions at once: as shell processes, and inside the daemon's process. */
export async function measureSessions(): Promise<readonly Group[]> {
  return [await groupOf("shell"), await groupOf("inline")];
}

async function groupOf(kind: "shell" | "inline"): Promise<Group> {
  const bare = await measureBare();
  const ground = new Ground(SESSIONS);
  const told = join(ground.root, "loop.json");
  let stopTicking = (): void => undefined;
  process.env.MAESTRO_BENCH_LOOP = told;
  try {
    ground.writeMemory("talk", 1, SESSIONS, kind === "inline" ? "inline" : undefined);
    const preload = ["--require", join(import.meta.dirname, "loop.cjs")];
    if (kind === "shell") stopTicking = tick(ground.ticks);
    const daemon = await Daemon.start(ground, preload, kind === "inline" ? INLINE : undefined);
    await daemon.until(() => daemon.count("  started: ") >= SESSIONS, LIMIT_MS);
    await delay(WINDOW_MS);
    await ask(daemon, told);
    const windows: Window[] = [];
    for (let round = 0; round < ROUNDS; round += 1) windows.push(await watch(daemon, told));
    await daemon.stop();
    return { ...wordsOf(kind), bare, rows: rowsOf(windows, bare) };
  } finally {
    await Daemon.endAll();
    stopTicking();
    ground.remove();
  }
}

/** Makes a pipe for each session and writes a line to each of them once a second, spread over the second. Returns how to stop. */
function tick(folder: string): () => void {
  mkdirSync(folder);
  const paths = Array.from({ length: SESSIONS }, (_, at) => join(folder, `B-${at + 1}`));
  execFileSync("mkfifo", paths);
  const pipes = paths.map((path) => openSync(path, "r+"));
  let turn = 0;
  const timer = setInterval(() => {
    for (let at = turn; at < pipes.length; at += SHARES) writeSync(pipes[at] ?? -1, "\n");
    turn = (turn + 1) % SHARES;
  }, 1_000 / SHARES);
  return () => {
    clearInterval(timer);
    for (const pipe of pipes) closeSync(pipe);
  };
}

/** The daemon of the sources with one more kind of agent. */
const INLINE = ["--import", "tsx", join(import.meta.dirname, "inline.ts")];

function wordsOf(kind: "shell" | "inline"): Pick<Group, "title" | "how"> {
  const many = `${SESSIONS} sessions in their first turn, ${ROUNDS} windows of ${WINDOW_MS / 1000} s; the waits of the daemon's event loop.`;
  return kind === "shell"
    ? { title: "Sessions as processes", how: `Shell processes that each tell something once a second; ${many}` }
    : {
        title: "Sessions inside",
        how: `Sessions without a process that each tell something ten times a second; ${many}`,
      };
}

async function watch(daemon: Daemon, told: string): Promise<Window> {
  const before = daemon.used();
  await delay(WINDOW_MS);
  const after = daemon.used();
  const loop = await ask(daemon, told);
  return { ...loop, cpu: ((after.cpuMs - before.cpuMs) / WINDOW_MS) * 100, rssMb: after.rssMb };
}

async function ask(daemon: Daemon, told: string): Promise<Pick<Window, "p99" | "max">> {
  rmSync(told, { force: true });
  daemon.signal("SIGUSR2");
  await daemon.until(() => existsSync(told), LIMIT_MS);
  const { p99, max } = JSON.parse(readFileSync(told, "utf8"));
  return { p99: Number(p99), max: Number(max) };
}

function rowsOf(windows: readonly Window[], bare: Bare): readonly Measured[] {
  const median = (of: (window: Window) => number): number => medianOf(windows.map(of));
  const rss = median(({ rssMb }) => rssMb);
  return [
    { what: "p99 of the loop", value: median(({ p99 }) => p99), unit: "ms", target: "≤ 50 ms" },
    { what: "longest of the loop", value: median(({ max }) => max), unit: "ms" },
    { what: "daemon's CPU", value: median(({ cpu }) => cpu), unit: "%" },
    { what: "memory", value: rss, unit: "MB", ratio: rss / bare.peakMb },
  ];
}
