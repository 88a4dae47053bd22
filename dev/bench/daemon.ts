import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import { type Used, usedBy } from "./process-facts.ts";
import type { Ground } from "./ground.ts";

/** The built program. */
export const PROGRAM = "dist/main.js";
/** From the start to the page's address, and from SIGTERM to the end, milliseconds. */
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 60_000;

/** `--profile <folder>`: a CPU profile of each daemon, to see where the time of a missed figure goes. */
const { values } = parseArgs({ options: { profile: { type: "string" } }, strict: false });
const PROFILE: readonly string[] =
  typeof values.profile === "string"
    ? ["--cpu-prof", "--cpu-prof-interval=500", `--cpu-prof-dir=${resolve(values.profile)}`]
    : [];

const running = new Set<Daemon>();

/** A Maestro that serves one project in a process of its own. */
export class Daemon {
  readonly startedAt = performance.now();
  /** Lines that it has printed. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  #tail = "";
  #errors = "";

  private constructor(ground: Ground, flags: readonly string[], program: readonly string[]) {
    const words = [...flags, ...program, "daemon", ground.workflow, "--port", "0", "--poll-interval-s", "1"];
    this.#child = spawn(process.execPath, words, {
      env: { ...process.env, MAESTRO_HOME: ground.home },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.on("data", (text) => this.#take(String(text)));
    this.#child.stderr?.on("data", (text) => {
      this.#errors = (this.#errors + String(text)).slice(-4_000);
    });
    running.add(this);
  }

  /** Starts one and waits for its page. `flags` are Node's; `program` is another one than the built one. */
  static async start(ground: Ground, flags = PROFILE, program: readonly string[] = [PROGRAM]): Promise<Daemon> {
    const daemon = new Daemon(ground, [...flags], program);
    await daemon.until(() => daemon.url !== undefined, START_LIMIT_MS);
    return daemon;
  }

  /** Ends those that a failed measurement has left. */
  static async endAll(): Promise<void> {
    await Promise.all([...running].map((daemon) => daemon.stop()));
  }

  /** Where its page is. */
  get url(): string | undefined {
    return this.lines.map((line) => /^ {2}page +(http:\/\/[^/\s]+)/.exec(line)?.[1]).find((url) => url !== undefined);
  }

  /** How many lines say this. */
  count(words: string): number {
    return this.lines.filter((line) => line.includes(words)).length;
  }

  /** Sends a signal that means something to a preloaded module. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** What it has used so far. */
  used(): Used {
    return usedBy(this.#child.pid ?? 0);
  }

  /** Waits until the condition holds; fails when the process ends or the time is over. */
  async until(condition: () => boolean, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (!condition()) {
      if (this.#hasEnded()) throw new Error(`maestro ended early: ${this.#errors}`);
      if (performance.now() > end)
        throw new Error(`maestro took longer than ${limitMs} ms: ${this.lines.at(-1) ?? ""}`);
      await delay(5);
    }
  }

  /** Asks it to end; returns how many milliseconds that took. */
  async stop(): Promise<number> {
    running.delete(this);
    if (this.#hasEnded()) return 0;
    const began = performance.now();
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), END_LIMIT_MS);
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
    clearTimeout(limit);
    return performance.now() - began;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #take(text: string): void {
    const parts = (this.#tail + text).split("\n");
    this.#tail = parts.pop() ?? "";
    this.lines.push(...parts);
  }
}
