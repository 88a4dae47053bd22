import { posix } from "node:path";
import type { Clock } from "../../src/base/clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { cutBytes, LineSplitter } from "../../src/base/jsonl.ts";
import type { ExecuteSpec, FinishedProcess, RunningProcess, Runtime, SpawnSpec } from "../../src/contracts/runtime.ts";
import { SimFiles } from "./sim-files.ts";
import { SimChild, type SimEars, type SimProgram } from "./sim-process.ts";

/** How a simulated machine is set up. */
export interface SimRuntimeOptions {
  readonly clock: Clock;
  /** By command, else by its last part: `sh` also answers `/bin/sh`. */
  readonly programs: Readonly<Record<string, SimProgram>>;
  /** Default `sim`. */
  readonly machine?: string;
  /** The daemon's environment. Default: a PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A machine in memory. It outlives the daemon that runs on it, as a real one does. */
export interface SimRuntime extends Runtime {
  readonly files: SimFiles;
  /** What runs now, oldest first. */
  running(): { readonly pid: number; readonly marker: string; readonly command: string }[];
  /** The daemon died: what it started lives on, unheard, with its input closed. */
  hangUp(): void;
}

/** The pid of whoever is no child of a simulated process. */
const DAEMON = 1;
const DEFAULT_GRACE_MS = 2000;
const DEFAULT_OUTPUT_BYTES = 1024 * 1024;

/** A `Runtime` without a system: files in memory, programs as scripts, time by the clock. Deterministic. */
export function simRuntime(options: SimRuntimeOptions): SimRuntime {
  const files = new SimFiles(options.clock);
  const machine = new SimMachine(options, files);
  return Object.assign(machine.runtimeOf(DAEMON), {
    files,
    running: () =>
      machine.living().map(({ start }) => ({ pid: start.pid, marker: start.marker, command: start.command })),
    hangUp: () => {
      for (const child of machine.living()) if (child.start.parent === DAEMON) child.hangUp();
    },
  });
}

class SimMachine {
  readonly #options: SimRuntimeOptions;
  readonly #files: SimFiles;
  readonly #children: SimChild[] = [];
  #lastPid = 100;

  constructor(options: SimRuntimeOptions, files: SimFiles) {
    this.#options = options;
    this.#files = files;
    void files.makeDirectory("/tmp");
  }

  living(): SimChild[] {
    return this.#children.filter((child) => child.alive);
  }

  /** The machine as one of its processes uses it. */
  runtimeOf(pid: number): Runtime {
    const files = this.#files;
    return {
      placement: "sim",
      machine: this.#options.machine ?? "sim",
      environment: () => ({ ...(this.#options.environment ?? { PATH: "/usr/bin:/bin" }) }),
      spawn: (spec) => this.#spawn(spec, pid),
      execute: (spec) => this.#execute(spec, pid),
      killMarked: async (marker) => {
        const marked = this.#withDescendants((child) => child.start.marker === marker);
        for (const child of marked) child.signal("SIGKILL");
        return marked.length;
      },
      liveMarkers: async (prefix) => {
        const markers = new Set(this.living().map(({ start }) => start.marker));
        return [...markers].filter((marker) => marker.startsWith(prefix)).sort();
      },
      readText: (path, limits) => files.readText(path, limits),
      writeText: (path, text) => files.writeText(path, text),
      appendText: (path, text) => files.appendText(path, text),
      list: (path) => files.list(path),
      stat: (path) => files.stat(path),
      realPath: (path) => files.realPath(path),
      makeDirectory: (path) => files.makeDirectory(path),
      remove: (path) => files.remove(path),
      rename: (from, to) => files.rename(from, to),
      link: (target, path) => files.link(target, path),
      freeBytes: () => files.freeBytes(),
      temporaryDirectory: () => "/tmp",
    };
  }

  async #spawn(spec: SpawnSpec, parent: number): Promise<RunningProcess> {
    const splitter = new LineSplitter();
    const deliver = async (lines: readonly string[]): Promise<void> => {
      for (const line of lines) await spec.onLine?.(line);
    };
    return this.#start(spec, parent, {
      output: (text) => deliver(splitter.push(text)),
      error: (text) => spec.onError?.(text),
      end: () => deliver(splitter.flush()),
    });
  }

  async #execute(spec: ExecuteSpec, parent: number): Promise<FinishedProcess> {
    const { clock } = this.#options;
    const began = clock.monotonic();
    const kept = { output: "", error: "" };
    let reason: "timedOut" | "aborted" | undefined = spec.signal?.aborted ? "aborted" : undefined;
    const finish = (exit: { code: number | null; signal: string | null }): FinishedProcess => {
      const most = spec.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
      const { output, error } = kept;
      const truncated = Buffer.byteLength(output) > most || Buffer.byteLength(error) > most;
      const [stdout, stderr] = [cut(output, most, spec.keep), cut(error, most, spec.keep)];
      const [timedOut, aborted] = [reason === "timedOut", reason === "aborted"];
      return { ...exit, stdout, stderr, truncated, timedOut, aborted, ms: clock.monotonic() - began };
    };
    if (reason !== undefined) return finish({ code: null, signal: null });
    const child = this.#start(spec, parent, {
      output: (text) => {
        kept.output += text;
      },
      error: (text) => {
        kept.error += text;
      },
      end: () => undefined,
    });
    const end = (why: "timedOut" | "aborted"): void => {
      reason ??= why;
      void child.kill();
    };
    const abort = (): void => end("aborted");
    const timer = clock.setTimer(spec.timeoutMs, () => end("timedOut"));
    spec.signal?.addEventListener("abort", abort, { once: true });
    if (spec.input !== undefined) await child.write(spec.input);
    child.endInput();
    const exit = await child.exited;
    timer.cancel();
    spec.signal?.removeEventListener("abort", abort);
    return finish(exit);
  }

  #start(spec: Omit<SpawnSpec, "onLine" | "onError">, parent: number, ears: SimEars): RunningProcess {
    const program = this.#options.programs[spec.command] ?? this.#options.programs[posix.basename(spec.command)];
    if (program === undefined) throw spawnFailed(spec.command, `the program ${spec.command} does not exist`);
    if (!this.#files.isDirectory(spec.cwd)) {
      throw spawnFailed(spec.command, `the working directory ${spec.cwd} does not exist`);
    }
    this.#lastPid += 1;
    const pid = this.#lastPid;
    const child = new SimChild({
      ...{ pid, parent, program, ears, marker: spec.marker, clock: this.#options.clock },
      ...{ command: spec.command, args: spec.args, cwd: spec.cwd, runtime: this.runtimeOf(pid) },
      env: { ...spec.env, MAESTRO_PROCESS_MARKER: spec.marker },
    });
    this.#children.push(child);
    return {
      pid,
      marker: spec.marker,
      write: async (text) => child.write(text),
      endInput: () => child.endInput(),
      exited: child.exited.then((exit) => {
        this.#children.splice(this.#children.indexOf(child), 1);
        return exit;
      }),
      kill: ({ graceMs = DEFAULT_GRACE_MS } = {}) => this.#kill(child, graceMs),
    };
  }

  async #kill(child: SimChild, graceMs: number): Promise<void> {
    const { pid, marker } = child.start;
    const tree = this.#withDescendants(({ start }) => start.pid === pid || start.marker === marker);
    for (const member of tree) member.signal("SIGTERM");
    if (tree.some((member) => member.alive)) await this.#options.clock.sleep(graceMs);
    const left = this.#withDescendants((other) => tree.includes(other) || other.start.marker === marker);
    for (const member of left) member.signal("SIGKILL");
  }

  #withDescendants(isSeed: (child: SimChild) => boolean): SimChild[] {
    // A parent's pid is always the smaller one, so that one pass in the order of starts finds all.
    const found = new Set<number>();
    return this.living().filter((child) => {
      const belongs = isSeed(child) || found.has(child.start.parent);
      if (belongs) found.add(child.start.pid);
      return belongs;
    });
  }
}

function cut(text: string, most: number, keep: "start" | "end" = "start"): string {
  if (keep === "start" || Buffer.byteLength(text) <= most) return cutBytes(text, most);
  return Buffer.from(text)
    .subarray(-most)
    .toString("utf8")
    .replace(/^\uFFFD+/, "");
}

function spawnFailed(command: string, problem: string): MaestroError {
  const facts = { errno: "ENOENT", command };
  return new MaestroError({ code: "spawn_failed", message: `Cannot start ${command}: ${problem}.`, facts });
}
