import { closeSync, openSync, read, readSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { systemCode, toMaestroError } from "../../base/errors.ts";
import { loopTurn } from "./output-pump.ts";
import { MARKER_VARIABLE, type ProcessRow, type ProcessTable } from "./process-table.ts";
import { sameBreath, sharedScan } from "./shared-scan.ts";

/** Linux: everything about processes stands in /proc. Rows and markers that are asked for at once cost one look. */
export function procFolder(): ProcessTable {
  let strangers: ReadonlyMap<number, string> = new Map();
  let bare: ReadonlyMap<number, string> = new Map();
  let whole = { at: Number.NEGATIVE_INFINITY, rows: new Map<number, ProcProcess>() };
  const look = sameBreath(
    sharedScan(async () => {
      const now = performance.now();
      const isFresh = now - whole.at < FRESH_MS;
      const rows = await processes(
        isFresh ? (pid) => (strangers.has(pid) ? whole.rows.get(pid) : undefined) : () => undefined,
      );
      if (!isFresh) whole = { at: now, rows: new Map(rows.map((row) => [row.pid, row])) };
      const { markers, unmarked, empty } = await readMarkers(rows, strangers, bare);
      strangers = unmarked;
      bare = empty;
      return { rows, markers };
    }),
  );
  return { rows: async () => (await look()).rows, markers: async () => (await look()).markers };
}

/**
 * Beside the markers tells who has none and will have none: those are not asked again. And who showed an empty environment: in the middle
 * of an exec that passes, so it is waited for, but only once for each. Values are their start.
 */
async function readMarkers(
  rows: readonly ProcProcess[],
  strangers: ReadonlyMap<number, string>,
  bare: ReadonlyMap<number, string>,
) {
  const markers = new Map<number, string>();
  const unmarked = new Map<number, string>();
  const empty = new Map<number, string>();
  await Promise.all(
    rows.map(async ({ pid, parent, start, isKernel }) => {
      const isKnown = isKernel || strangers.get(pid) === start;
      const marker = isKnown ? null : await readMarker(pid, bare.get(pid) === start ? 1 : EXEC_TURNS);
      if (typeof marker === "string") markers.set(pid, marker);
      if (marker === undefined) empty.set(pid, start);
      // A child of ours that has not become its program yet has our environment, and shows its own later.
      if (marker === null && parent !== process.pid) unmarked.set(pid, start);
    }),
  );
  return { markers, unmarked, empty };
}

/** More than most environments have. */
const ENVIRONMENT_BYTES = 16 * 1024;

/** Turns of the event loop that an exec gets to end. */
const EXEC_TURNS = 200;

interface ProcProcess extends ProcessRow {
  /** When it began, in clock ticks since the machine did: tells it from a later one with its id. */
  readonly start: string;
  /** A thread of the kernel; it has no environment and is nobody's child. */
  readonly isKernel: boolean;
}

/**
 * As long as this, milliseconds, a process without marker that is no child of ours need not be looked at again: it never becomes one, and
 * the system cannot have given its id to another one so soon.
 */
const FRESH_MS = 500;
/** How many are looked at before everything else that waits in this process gets its turn. */
const BATCH = 64;
/** PF_KTHREAD of linux/sched.h. */
const KERNEL_THREAD = 0x00200000;

/** Those that run now; zombies have ended. What is `known` of one is not asked again. */
async function processes(known: (pid: number) => ProcProcess | undefined): Promise<ProcProcess[]> {
  const found: ProcProcess[] = [];
  let asked = 0;
  for (const pid of await listPids()) {
    let row = known(pid);
    if (row === undefined) {
      asked += 1;
      if (asked % BATCH === 0) await loopTurn();
      row = parseStat(pid, readStat(pid));
    }
    if (row !== undefined) found.push(row);
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

/** Longer than any stat line: its name has at most 64 bytes, its 50 numbers at most 20 digits each. */
const line = Buffer.allocUnsafe(2_048);

/** Without a thread, which costs eight times as much: the kernel answers this file at once, whatever the process waits for. */
function readStat(pid: number): string {
  const file = openEntry(`/proc/${pid}/stat`);
  if (file === undefined) return "";
  try {
    return line.toString("latin1", 0, readSync(file, line, 0, line.length, null));
  } catch (error) {
    return ended(error);
  } finally {
    closeSync(file);
  }
}

/** `null`: it has none and will have none. `undefined`: it shows no environment, as one that has ended or is in the middle of an exec. */
async function readMarker(pid: number, turns: number): Promise<string | null | undefined> {
  for (let turn = 1; ; turn += 1) {
    const environment = await readEnvironment(pid);
    if (environment === undefined) return undefined;
    if (environment !== "") return parseEnvironment(environment) ?? null;
    if (turn >= turns) return undefined;
    await loopTurn();
  }
}

async function readEnvironment(pid: number): Promise<string | undefined> {
  const file = openEntry(`/proc/${pid}/environ`);
  if (file === undefined) return undefined;
  try {
    return await readWhole(file);
  } catch (error) {
    ended(error);
    return undefined;
  } finally {
    closeSync(file);
  }
}

const readPart = promisify(read);

/** On a thread: for this one the kernel may wait for the process. */
async function readWhole(file: number): Promise<string> {
  let text = "";
  for (let size = ENVIRONMENT_BYTES; ; size *= 2) {
    const { buffer, bytesRead } = await readPart(file, Buffer.allocUnsafe(size), 0, size, null);
    text += buffer.toString("latin1", 0, bytesRead);
    if (bytesRead < size) return text;
  }
}

/** Ended while we looked, or another user's: neither is one of ours, and another user's could not be ended anyway. */
const NOT_OURS = ["ENOENT", "ESRCH", "EACCES", "EPERM"];

function openEntry(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (NOT_OURS.includes(systemCode(error) ?? "")) return undefined;
    throw toMaestroError(error, "process_probe_failed");
  }
}

function ended(error: unknown): string {
  if (NOT_OURS.includes(systemCode(error) ?? "")) return "";
  throw toMaestroError(error, "process_probe_failed");
}

function parseStat(pid: number, stat: string): ProcProcess | undefined {
  // The program's name in parentheses may hold blanks and parentheses; the fields behind it have none.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 20);
  const [state = "", parent, group, session] = fields;
  if (["", "Z", "X"].includes(state)) return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    start: fields[19] ?? "",
    isKernel: (Number(fields[6]) & KERNEL_THREAD) !== 0,
  };
}

function parseEnvironment(environment: string): string | undefined {
  const start = `\0${environment}`.indexOf(`\0${MARKER_VARIABLE}=`);
  if (start < 0) return undefined;
  return environment.slice(start + MARKER_VARIABLE.length + 1).split("\0", 1)[0];
}
