import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { messageOf } from "../../base/errors.ts";
import type { ProcessExit, RunningProcess, SpawnSpec } from "../../contracts/runtime.ts";
import { writeInput } from "./input.ts";
import { endTree, groupExists, type Host } from "./kill.ts";
import { lineSink } from "./line-sink.ts";
import { finishOutput } from "./output-end.ts";
import { OutputPump, type Sink } from "./output-pump.ts";
import { MARKER_VARIABLE } from "./process-table.ts";
import { refuseSpawn, spawnError } from "./spawn-error.ts";
import type { Tree } from "./victims.ts";

const DEFAULT_GRACE_MS = 2000;

/** What a process is started with, apart from who reads its output. */
export type ProcessSpec = Omit<SpawnSpec, "onLine" | "onError">;

/** Who reads what a process says. */
export interface Sinks {
  readonly output?: Sink | undefined;
  readonly error?: Sink | undefined;
}

/** A process, and whether others of its tree were there when it ended. */
export interface StartedProcess extends RunningProcess {
  /** Known once `exited` has settled; cheap, so descendants that left the group and its pipes are not noticed. */
  leftOthers(): boolean;
}

/** Starts a process whose output is cut into lines. Throws `spawn_failed`. */
export async function spawnProcess(host: Host, spec: SpawnSpec): Promise<RunningProcess> {
  const lines = spec.onLine === undefined ? undefined : lineSink(spec.onLine, host.log);
  const { onError } = spec;
  const errors = onError === undefined ? undefined : { take: onError, end: () => undefined };
  return startProcess(host, spec, { output: lines, error: errors });
}

/** Starts a process in a group and session of its own. Throws `spawn_failed`. */
export async function startProcess(host: Host, spec: ProcessSpec, sinks: Sinks): Promise<StartedProcess> {
  await refuseSpawn(spec);
  const { child, pid } = await start(spec);
  const state = { reaped: false, groupOutlived: false, heldOutput: false };
  const ended = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => {
      state.reaped = true;
      state.groupOutlived = groupExists(pid);
      resolve({ code, signal });
    });
  });
  child.on("error", (error) => host.log.warn("a process reported an error", { pid, reason: messageOf(error) }));
  const pumps = [
    new OutputPump(child.stdout, sinks.output, host.log),
    new OutputPump(child.stderr, sinks.error, host.log),
  ];
  const exited = ended.then(async (exit) => {
    // A descendant may hold the other end open; what is still to be written has no reader that we know of.
    child.stdin.destroy();
    state.heldOutput = !(await finishOutput(host.clock, pumps));
    return exit;
  });
  const tree: Tree = { pid, reaped: () => state.reaped, groupOutlived: () => state.groupOutlived };
  return {
    pid,
    marker: spec.marker,
    write: (text) => writeInput(child.stdin, text),
    endInput: () => void child.stdin.end(),
    exited,
    kill: async ({ graceMs = DEFAULT_GRACE_MS } = {}) => {
      if (await endTree(host, spec.marker, tree, graceMs)) await ended;
    },
    leftOthers: () => state.groupOutlived || state.heldOutput,
  };
}

interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly pid: number;
}

async function start(spec: ProcessSpec): Promise<Started> {
  try {
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.env, [MARKER_VARIABLE]: spec.marker },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Whoever writes learns of a closed pipe through the write itself.
    child.stdin.on("error", () => undefined);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    if (child.pid === undefined) throw new Error("the system gave no process id");
    return { child, pid: child.pid };
  } catch (error) {
    throw spawnError(spec, error);
  }
}
