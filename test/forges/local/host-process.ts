import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { ForgeHost } from "../../../src/forges/local/host.ts";
import { ensureRepository } from "../../../src/forges/local/repository.ts";
import { storeParts } from "../../../src/forges/local/store-parts.ts";

const CACHE = fileURLToPath(new URL("../../../node_modules/.cache", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../../../src/forges/local/host-program.ts", import.meta.url));

/** A host of a forge, here or in a process of its own. */
export interface RunningHost {
  readonly socket: string;
  /** Adds to the faults file. */
  plan(verb: string, fault: string, lateMs?: number): void;
  /** What it was asked, oldest first. */
  calls(): HostCall[];
  /** Ends it; a host in this process knows no difference between signals. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** A line of a host's log, as far as tests look at it. */
export interface HostCall {
  readonly verb: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly fault: string;
  readonly effect: boolean;
  readonly value?: unknown;
  readonly error?: string;
}

/** What a host serves. */
export interface HostPlace {
  readonly root: string;
  readonly repository: string;
  readonly checkout: string;
}

/** Starts a host program and waits until it listens. Rejects with what it says when it does not. */
export async function startProcess({ root, repository, checkout }: HostPlace): Promise<RunningHost> {
  const files = hostFiles(root);
  const child = await runProgram([
    ...["--repository", repository, "--source", checkout, "--base", "main"],
    ...["--socket", files.socket, "--faults", files.faults, "--log", files.log],
  ]);
  await ready(child);
  return {
    ...hostAccess(files),
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await gone;
    },
  };
}

/** Starts a host in this process. */
export async function startHere({ root, repository, checkout }: HostPlace): Promise<RunningHost> {
  const files = hostFiles(root);
  const clock = systemClock();
  await ensureRepository(repository, { path: checkout, baseBranch: "main" }, clock, new AbortController().signal);
  const host = new ForgeHost(storeParts(repository, clock, systemRandom()), files);
  await host.start();
  return { ...hostAccess(files), kill: () => host.stop() };
}

/** Runs the host program with these arguments. */
export async function runProgram(args: readonly string[]): Promise<ChildProcess> {
  bundle ??= buildProgram();
  return spawn(process.execPath, [await bundle, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

let bundle: Promise<string> | undefined;
afterAll(async () => {
  if (bundle !== undefined) rmSync(dirname(await bundle), { recursive: true });
  bundle = undefined;
});

/** The program as one file, made once for all tests of a file: from its sources each start would compile them anew. */
async function buildProgram(): Promise<string> {
  const { build } = await import("vite");
  // Below the packages, so that the one with a binary of its own is found.
  mkdirSync(CACHE, { recursive: true });
  const outDir = mkdtempSync(join(CACHE, "host-"));
  await build({
    configFile: false,
    publicDir: false,
    logLevel: "error",
    build: { ssr: PROGRAM, outDir, target: "node20", rolldownOptions: { output: { entryFileNames: "program.mjs" } } },
    ssr: { noExternal: true, external: ["@photostructure/sqlite"] },
  });
  return join(outDir, "program.mjs");
}

function hostFiles(root: string) {
  const files = {
    socket: join(root, "host.sock"),
    faults: join(root, "faults.json"),
    log: join(root, "calls.jsonl"),
  };
  writeFileSync(files.faults, "[]");
  appendFileSync(files.log, "");
  return files;
}

function hostAccess({ socket, faults, log }: ReturnType<typeof hostFiles>): Omit<RunningHost, "kill"> {
  return {
    socket,
    plan: (verb, fault, lateMs) => {
      const list: unknown[] = JSON.parse(readFileSync(faults, "utf8"));
      list.push({ verb, fault, ...(lateMs === undefined ? {} : { late_ms: lateMs }) });
      writeFileSync(faults, JSON.stringify(list));
    },
    calls: () => {
      const lines = readFileSync(log, "utf8").split("\n");
      return lines.filter((line) => line !== "").map((line): HostCall => JSON.parse(line));
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
