import { tmpdir } from "node:os";
import type { Runtime, RuntimeContext, RuntimeProvider } from "../../contracts/runtime.ts";
import { executeProcess } from "./execute.ts";
import { localFiles } from "./files.ts";
import { type Host, killMarked, liveMarkers } from "./kill.ts";
import { procFolder } from "./proc-folder.ts";
import { psTable } from "./ps-table.ts";
import { spawnProcess } from "./spawn.ts";

/**
 * Processes and files of this machine. Linux in full. On macOS a process tree is found through `ps`, which shows the environment only of
 * processes that the system lets us see; a process that left its group *and* hides its environment is then missed.
 */
export function localRuntime(options: RuntimeContext): Runtime {
  const processes = process.platform === "linux" ? procFolder() : psTable();
  // Asking the system for each variable anew costs a run more than the rest of its preparation.
  const environment = presentVariables();
  const host: Host = { clock: options.clock, log: options.log, processes };
  return {
    placement: "local",
    machine: options.machine,
    environment: () => ({ ...environment }),
    spawn: (spec) => spawnProcess(host, spec),
    execute: (spec) => executeProcess(host, spec),
    killMarked: (marker) => killMarked(host, marker),
    liveMarkers: (prefix) => liveMarkers(processes, prefix),
    ...localFiles(),
    temporaryDirectory: tmpdir,
  };
}

function presentVariables(): Record<string, string> {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) present[name] = value;
  return present;
}

/** `agent_runtime.placement: local`. */
export const localPlacement: RuntimeProvider = { kind: "local", open: async (context) => localRuntime(context) };
