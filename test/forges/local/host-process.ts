import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../../src/forges/local/host-program.ts", import.meta.url));

/** A host program in a process of its own. */
export interface HostProcess {
  readonly socket: string;
  /** Adds to the faults file. */
  plan(verb: string, fault: string, lateMs?: number): void;
  /** What it was asked. */
  calls(): Record<string, unknown>[];
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a host program from its sources and waits until it listens. Rejects with what it says when it does not. */
export async function startHost(root: string, args: readonly string[]): Promise<HostProcess> {
  const socket = join(root, "host.sock");
  const faults = join(root, "faults.json");
  const log = join(root, "calls.jsonl");
  writeFileSync(faults, "[]");
  writeFileSync(log, "");
  const own = ["--socket", socket, "--faults", faults, "--log", log];
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), PROGRAM, ...args, ...own], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  await ready(child);
  return {
    socket,
    plan: (verb, fault, lateMs) => {
      const list: unknown[] = JSON.parse(readFileSync(faults, "utf8"));
      list.push({ verb, fault, ...(lateMs === undefined ? {} : { late_ms: lateMs }) });
      writeFileSync(faults, JSON.stringify(list));
    },
    calls: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await gone;
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    child.stderr?.on("data", (chunk) => {
      said += String(chunk);
    });
    child.stdout?.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the host left with ${code}: ${said}`)));
  });
}
