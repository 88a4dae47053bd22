import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemClock } from "../../../base/clock.ts";
import type { StepEffects } from "../script.ts";

/** What the agent's process does to its machine. */
export interface ProcessEffects
  extends Pick<StepEffects, "write" | "read" | "remove" | "run" | "spawn" | "sleep" | "crash" | "now" | "print"> {
  /** Appends a line about this process to a file that others append to as well. */
  note(file: string, event: "start" | "stop"): void;
  /** Keeps the process alive when nobody feeds its input any more. */
  stayAlive(): void;
  leave(code: number): void;
}

/** The effects of a real process; it is the agent, so it reaches its files by itself. */
export function createProcessEffects(): ProcessEffects {
  const clock = systemClock();
  return {
    write: async (path, text) => {
      await mkdir(dirname(resolve(path)), { recursive: true });
      await writeFile(path, text);
    },
    read: (path) => readFile(path, "utf8"),
    remove: (path) => rm(path, { recursive: true, force: true }),
    run: (command) =>
      new Promise((settle, reject) => {
        const child = spawn("sh", ["-c", command], { stdio: ["ignore", "ignore", "inherit"] });
        child.on("error", reject);
        child.on("exit", (code) => settle(code ?? 1));
      }),
    spawn: async (command) => {
      spawn("sh", ["-c", command], { stdio: "ignore", detached: true }).unref();
    },
    print: (text, to) => {
      process[to].write(text);
    },
    sleep: (ms) => clock.sleep(ms),
    now: () => clock.now(),
    crash: () => {
      process.kill(process.pid, "SIGKILL");
      return new Promise(() => undefined);
    },
    stayAlive: () => {
      clock.setTimer(2 ** 40, () => undefined);
    },
    note: (file, event) => appendFileSync(file, `${JSON.stringify(describe(event, clock.now()))}\n`),
    leave: (code) => process.exit(code),
  };
}

function describe(event: "start" | "stop", at: number) {
  const { MAESTRO_ISSUE_IDENTIFIER: issue, MAESTRO_RUN: run } = process.env;
  return { at, event, issue: issue ?? null, run: Number(run ?? 0), pid: process.pid, workspace: process.cwd() };
}
