import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { MaestroError, systemCode, toMaestroError } from "./errors.ts";

/**
 * What tells a process from every other that has or will have its id, on this machine and over reboots; undefined when it does not run (a
 * zombie has ended). Opaque, compare with `===`. Rejects with MaestroError `process_probe_failed` when the system does not say.
 */
export async function processStartMarker(pid: number): Promise<string | undefined> {
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  try {
    return process.platform === "linux" ? await linuxMarker(pid) : await psMarker(pid);
  } catch (error) {
    throw toMaestroError(error, "process_probe_failed");
  }
}

/** Whether the process that once gave this marker still runs. Throws like `processStartMarker`. */
export async function isAlive(pid: number, marker: string): Promise<boolean> {
  return (await processStartMarker(pid)) === marker;
}

async function linuxMarker(pid: number): Promise<string | undefined> {
  const stat = await readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // Field 2 is the program's name in parentheses and may hold blanks and parentheses; the others have none.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === "Z" || state === "X") return undefined;
  // It cannot change while this process lives.
  bootId ??= (await readProc("/proc/sys/kernel/random/boot_id"))?.trim();
  if (startTicks === undefined || bootId === undefined) {
    throw new MaestroError({ code: "process_probe_failed", message: `/proc does not tell when process ${pid} began.` });
  }
  return `linux:${bootId}:${startTicks}`;
}

let bootId: string | undefined;

/** A process that ends between open and read gives ESRCH. */
async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
}

const PS_TIMEOUT_MS = 5000;

/** macOS and BSD. Both variables are set, because the same moment must always be the same text. */
function psMarker(pid: number): Promise<string | undefined> {
  const env = { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
  return new Promise((resolve, reject) => {
    execFile("ps", ["-o", "state=,lstart=", "-p", String(pid)], { env, timeout: PS_TIMEOUT_MS }, (error, stdout) => {
      // ps exits with 1 and prints nothing when there is no such process.
      if (error && error.code !== 1) reject(error);
      else resolve(psLineMarker(stdout));
    });
  });
}

/** The marker in a line of `ps -o state=,lstart=`; exported for its test. */
export function psLineMarker(stdout: string): string | undefined {
  const [state = "", ...start] = stdout.trim().split(/\s+/);
  return start.length === 0 || state.startsWith("Z") ? undefined : `ps:${start.join(" ")}`;
}
