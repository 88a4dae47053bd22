import { readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/base/clock.ts";
import { memoryLog } from "../../../src/base/log.ts";
import type { Runtime, SpawnSpec } from "../../../src/contracts/runtime.ts";
import { localRuntime } from "../../../src/runtimes/local/index.ts";

export const clock = systemClock();

export interface Room {
  readonly runtime: Runtime;
  readonly log: ReturnType<typeof memoryLog>;
  readonly directory: string;
  close(): Promise<void>;
}

export async function openRoom(): Promise<Room> {
  const log = memoryLog();
  const directory = await realpath(await mkdtemp(join(tmpdir(), "maestro-local-")));
  const runtime = localRuntime({ clock, machine: "here", log });
  return { runtime, log, directory, close: () => rm(directory, { recursive: true, force: true }) };
}

let markers = 0;

/** A marker that no other test has. */
export function newMarker(): string {
  markers += 1;
  return `maestro-test-${process.pid}-${markers}`;
}

export function shell(directory: string, script: string): SpawnSpec {
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
  return { command: "sh", args: ["-c", script], cwd: directory, env, marker: newMarker() };
}

/** As the system sees it, without our code: zombies have ended. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false; // there is no such process
  }
}

/** Starts a script and collects its lines; `line(n)` waits for the n-th. */
export async function listen(runtime: Runtime, spec: SpawnSpec) {
  const lines: string[] = [];
  const waiting: { count: number; wake: () => void }[] = [];
  const running = await runtime.spawn({
    ...spec,
    onLine: (line) => {
      lines.push(line);
      for (const { count, wake } of waiting) if (lines.length >= count) wake();
    },
  });
  const line = async (count: number): Promise<string> => {
    if (lines.length < count) await new Promise<void>((wake) => waiting.push({ count, wake }));
    return lines[count - 1] ?? "";
  };
  return { running, lines, line };
}
