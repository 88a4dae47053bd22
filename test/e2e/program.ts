import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { LineSplitter } from "../../src/base/jsonl.ts";

/** The built program, as people start it. */
export const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Where a program runs. */
export interface Place {
  readonly cwd: string;
  /** Its MAESTRO_HOME. */
  readonly home: string;
  /** In front of the command line, e.g. a shell that limits what follows. */
  readonly wrapper?: readonly string[];
  /** Beside the few variables that it always has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A process whose lines can be waited for. Killed with the test that started it. */
export class Program {
  readonly lines: string[] = [];
  /** Resolves when it has ended and everything that it printed is here. */
  readonly ended: Promise<Ended>;
  readonly startedAt = Date.now();
  readonly #child: ChildProcess;
  readonly #err: string[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(command: readonly string[], place: Place) {
    const [program = "", ...args] = [...(place.wrapper ?? []), ...command];
    this.#child = spawn(program, args, {
      cwd: place.cwd,
      env: {
        ...{ PATH: process.env.PATH, HOME: place.home, MAESTRO_HOME: place.home, USER: "tester", TZ: "UTC" },
        ...place.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const splitter = new LineSplitter();
    this.#child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      this.lines.push(...splitter.push(chunk));
      this.#tell();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#err.push(chunk);
      this.#tell();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        resolve({ code, signal, out: `${this.lines.join("\n")}\n`, err: this.#err.join("") });
        this.#tell();
      });
    });
    onTestFinished(async () => {
      this.#child.kill("SIGKILL");
      await this.ended;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits for the n-th line that fits, also one that was printed before. Rejects when the program ends without it. */
  async line(pattern: RegExp, count = 1): Promise<RegExpMatchArray> {
    for (;;) {
      const found = this.lines.map((line) => line.match(pattern)).filter((match) => match !== null)[count - 1];
      if (found !== undefined) return found;
      if (!this.isRunning) {
        const { code, signal, out, err } = await this.ended;
        const last = this.lines.map((line) => line.match(pattern)).filter((match) => match !== null)[count - 1];
        if (last !== undefined) return last;
        throw new Error(`ended (${code ?? signal}) without ${pattern}:\n${out}\n${err}`);
      }
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
      });
    }
  }

  /** Waits until what it said on stderr fits. Rejects when the program ends without it. */
  async error(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#err.join(""))) {
      if (!this.isRunning) throw new Error(`ended without ${pattern}:\n${(await this.ended).out}`);
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
      });
    }
  }

  /** Sends a signal; returns how the program ended. */
  end(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** Starts the built program and does not wait for it. */
export function startMaestro(place: Place, ...words: readonly string[]): Program {
  return new Program([process.execPath, MAIN, ...words], place);
}

/** Runs a command of the built program to its end. */
export function maestro(place: Place, ...words: readonly string[]): Promise<Ended> {
  return startMaestro(place, ...words).ended;
}

/** Runs a command that must succeed; returns the document that it prints. */
export async function document<T>(place: Place, ...words: readonly string[]): Promise<T> {
  const { code, out, err } = await maestro(place, ...words);
  if (code !== 0) throw new Error(`maestro ${words.join(" ")} ended with ${code}:\n${out}\n${err}`);
  return JSON.parse(out);
}
