import type { Clock } from "../../base/clock.ts";
import { messageOf, systemCode } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { ProcessTable } from "./process-table.ts";
import { type Tree, Victims } from "./victims.ts";

/** What this machine lends to the parts of its runtime. */
export interface Host {
  readonly clock: Clock;
  readonly log: Log;
  readonly processes: ProcessTable;
}

/**
 * Ends a tree: TERM to its group, KILL after `graceMs` to group, descendants and marked processes, until none is left. Bounded, never
 * rejects; what even KILL does not end (a process stuck in the kernel) is logged. Returns whether all are gone.
 */
export async function endTree(host: Host, marker: string, tree: Tree, graceMs: number): Promise<boolean> {
  const victims = new Victims(host.processes, { marker, tree });
  try {
    await victims.look();
    if (victims.size === 0) return true;
    // A group is told as one, because a fork between two single signals would be missed.
    if (!tree.reaped()) signal(-tree.pid, "SIGTERM");
    else for (const pid of await victims.alive()) signal(pid, "SIGTERM");
    await waitForGroup(host, tree, graceMs);
    return await killUntilGone(host, victims, marker);
  } catch (error) {
    host.log.error("only a process group could be ended, not all that may descend from it", {
      marker,
      reason: messageOf(error),
    });
    if (!tree.reaped()) signal(-tree.pid, "SIGKILL");
    return false;
  }
}

/** Ends every process with this marker and its descendants, without grace. Returns how many there were. */
export async function killMarked(host: Host, marker: string): Promise<number> {
  const victims = new Victims(host.processes, { marker });
  await killUntilGone(host, victims, marker);
  return victims.size;
}

/** The markers with this prefix that live processes carry, sorted. */
export async function liveMarkers(processes: ProcessTable, prefix: string): Promise<string[]> {
  const markers = new Set((await processes.markers()).values());
  return [...markers].filter((marker) => marker.startsWith(prefix)).sort();
}

/** Whether a group has members, zombies included. A refusal means that there is somebody. */
export function groupExists(group: number): boolean {
  return signal(-group, 0);
}

const LONGEST_PAUSE_MS = 100;

async function waitForGroup({ clock, processes }: Host, tree: Tree, graceMs: number): Promise<void> {
  const end = clock.monotonic() + graceMs;
  for (let pause = 5; clock.monotonic() < end; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await clock.sleep(Math.min(pause, end - clock.monotonic()));
    if (!tree.reaped()) continue;
    // Without an init process that reaps, a group of zombies exists forever.
    const isGone = !tree.groupOutlived() || !groupExists(tree.pid) || !(await hasMembers(processes, tree.pid));
    if (isGone) return;
  }
}

async function hasMembers(processes: ProcessTable, group: number): Promise<boolean> {
  return (await processes.rows()).some((row) => row.group === group);
}

/** KILL needs no longer than the kernel does; whoever lives on after this is stuck in a system call. */
const KILL_LIMIT_MS = 10_000;

async function killUntilGone({ clock, log }: Host, victims: Victims, marker: string): Promise<boolean> {
  const end = clock.monotonic() + KILL_LIMIT_MS;
  for (let pause = 5; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    await victims.look();
    const alive = await victims.alive();
    if (alive.length === 0) return true;
    if (clock.monotonic() > end) {
      log.error("processes outlived KILL", { marker, pids: alive });
      return false;
    }
    for (const pid of alive) signal(pid, "SIGKILL");
    await clock.sleep(pause);
  }
}

/** Returns whether somebody was there. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    // ESRCH: it ended by itself. Every other refusal (another user's, by set-uid) is of one who lives.
    return systemCode(error) !== "ESRCH";
  }
}
