import { readdir, readFile } from "node:fs/promises";
import { systemCode, toMaestroError } from "../../base/errors.ts";
import { MARKER_VARIABLE, type ProcessRow, type ProcessTable } from "./process-table.ts";

/** Linux: everything about processes stands in /proc. */
export function procFolder(): ProcessTable {
  return {
    rows: () => ofEach(async (pid) => parseStat(pid, await readEntry(`/proc/${pid}/stat`))),
    markers: async () => {
      const marked = await ofEach(async (pid) => {
        const marker = parseEnvironment(await readEntry(`/proc/${pid}/environ`));
        return marker === undefined ? undefined : ([pid, marker] as const);
      });
      return new Map(marked);
    },
  };
}

/** Files of /proc are read on four threads in all; more at a time would only fill memory. */
const BATCH = 64;

async function ofEach<T>(look: (pid: number) => Promise<T | undefined>): Promise<T[]> {
  const pids = await listPids();
  const found: T[] = [];
  for (let start = 0; start < pids.length; start += BATCH) {
    for (const row of await Promise.all(pids.slice(start, start + BATCH).map(look))) {
      if (row !== undefined) found.push(row);
    }
  }
  return found;
}

async function listPids(): Promise<number[]> {
  try {
    return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  } catch (error) {
    throw toMaestroError(error, "process_probe_failed");
  }
}

/** Ended while we looked, or another user's: neither is one of ours, and another user's could not be ended anyway. */
const NOT_OURS = ["ENOENT", "ESRCH", "EACCES", "EPERM"];

async function readEntry(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    if (NOT_OURS.includes(systemCode(error) ?? "")) return "";
    throw toMaestroError(error, "process_probe_failed");
  }
}

function parseStat(pid: number, stat: string): ProcessRow | undefined {
  // The program's name in parentheses may hold blanks and parentheses; the fields behind it have none.
  const [state = "", parent, group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (["", "Z", "X"].includes(state)) return undefined;
  return { pid, parent: Number(parent), group: Number(group), session: Number(session) };
}

function parseEnvironment(environment: string): string | undefined {
  const start = `\0${environment}`.indexOf(`\0${MARKER_VARIABLE}=`);
  if (start < 0) return undefined;
  return environment.slice(start + MARKER_VARIABLE.length + 1).split("\0", 1)[0];
}
