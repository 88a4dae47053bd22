import { execFile } from "node:child_process";
import { toMaestroError } from "../../base/errors.ts";
import { MARKER_VARIABLE, type ProcessRow, type ProcessTable } from "./process-table.ts";
import { sharedScan } from "./shared-scan.ts";

/** macOS: what `ps` shows. It hides the environment of other users' and of protected programs. */
export function psTable(): ProcessTable {
  return {
    rows: sharedScan(async () => parseRows(await ps(["-ax", "-o", "pid=,ppid=,pgid=,state="]))),
    markers: sharedScan(async () => parseMarkers(await ps(["-axEww", "-o", "pid=,command="]))),
  };
}

const PS_TIMEOUT_MS = 5000;
const PS_OUTPUT_BYTES = 64 * 1024 * 1024;

function ps(args: readonly string[]): Promise<string> {
  const limits = { timeout: PS_TIMEOUT_MS, maxBuffer: PS_OUTPUT_BYTES };
  return new Promise((resolve, reject) => {
    execFile("ps", args, limits, (error, stdout) => {
      if (error) reject(toMaestroError(error, "process_probe_failed"));
      else resolve(stdout);
    });
  });
}

/** Lines of `ps -o pid=,ppid=,pgid=,state=` without zombies; exported for its test. */
export function parseRows(stdout: string): ProcessRow[] {
  return linesOf(stdout).flatMap((line) => {
    const [pid, parent, group, state = ""] = line.split(/\s+/);
    if (state === "" || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), session: null }];
  });
}

/** Lines of `ps -E -o pid=,command=`: the environment follows the command; exported for its test. */
export function parseMarkers(stdout: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const line of linesOf(stdout)) {
    const marker = new RegExp(`\\s${MARKER_VARIABLE}=(\\S+)`).exec(line)?.[1];
    if (marker !== undefined) found.set(Number.parseInt(line, 10), marker);
  }
  return found;
}

function linesOf(stdout: string): string[] {
  return stdout.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}
