import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryLog } from "../../../src/base/log.ts";
import { endTree, killMarked } from "../../../src/runtimes/local/kill.ts";
import type { ProcessRow, ProcessTable } from "../../../src/runtimes/local/process-table.ts";
import { clock, isRunning, listen, newMarker, openRoom, type Room, shell } from "./fixture.ts";

let room: Room;
beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room.close());

/** Ignores TERM and the end of its input; five ways to leave the tree. Says the process ids. */
const NASTY = `
  trap '' TERM
  setsid sleep 1000 & echo $!
  sh -c 'setsid sleep 1000 >/dev/null 2>&1 & echo $!'
  (trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1; done) & echo $!
  env -i PATH="$PATH" sh -c 'echo $$; exec sleep 1000' &
  env -i PATH="$PATH" setsid sh -c 'echo $$; exec sleep 1000' &
  echo $$
  while :; do sleep 1; done`;

describe("ending a tree", () => {
  it("leaves nothing of an agent that ignores everything and has children that hide", async () => {
    const { running, lines, line } = await listen(room.runtime, shell(room.directory, NASTY));
    await line(7);
    running.endInput();
    const pids = lines.map(Number);
    expect(pids.filter(isRunning)).toEqual(pids);
    await running.kill({ graceMs: 100 });
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await running.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(await room.runtime.liveMarkers(running.marker)).toEqual([]);
  });

  it("lets a tree that ends on TERM clean up within its grace", async () => {
    const script = `trap 'echo cleaned; exit 7' TERM; echo ready; while :; do sleep 0.01; done`;
    const { running, lines, line } = await listen(room.runtime, shell(room.directory, script));
    await line(1);
    await running.kill({ graceMs: 60_000 });
    expect(await running.exited).toEqual({ code: 7, signal: null });
    expect(lines).toEqual(["ready", "cleaned"]);
  });

  it("does not wait out the grace for a zombie in the group", async () => {
    // A child of the shell leaves the group and keeps a dead child there; only KILL ends it.
    const keeper = "fork or exit; POSIX::setsid(); print qq(ready\\n); sleep 1000";
    const script = `perl -MPOSIX -e '$|=1; ${keeper}' & exec sleep 1000`;
    const { running, line } = await listen(room.runtime, shell(room.directory, script));
    await line(1);
    await running.kill({ graceMs: 60_000 });
    expect((await running.exited).signal).toBe("SIGTERM");
  });

  it("also ends what was left behind by a process that had ended by itself", async () => {
    const script = "sleep 1000 >/dev/null 2>&1 & echo $!; setsid sleep 1000 >/dev/null 2>&1 & echo $!";
    const { running, lines } = await listen(room.runtime, shell(room.directory, script));
    expect(await running.exited).toEqual({ code: 0, signal: null });
    const pids = lines.map(Number);
    expect(pids.filter(isRunning)).toHaveLength(2);
    await running.kill({ graceMs: 60_000 });
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it("may be asked twice at once, the second time with less patience", async () => {
    const { running, line } = await listen(room.runtime, shell(room.directory, NASTY));
    await line(7);
    const patient = running.kill({ graceMs: 60_000 });
    await running.kill({ graceMs: 0 });
    await patient;
    expect((await running.exited).signal).toBe("SIGKILL");
  });
});

describe("ending by marker", () => {
  it("finds what nothing else links to the tree, counts it, and spares the others", async () => {
    const spec = shell(room.directory, "sh -c 'setsid sleep 1000 >/dev/null 2>&1 & echo $!'");
    const other = await listen(room.runtime, shell(room.directory, "echo ready; exec sleep 1000"));
    const { running, lines } = await listen(room.runtime, spec);
    await running.exited;
    await other.line(1);
    expect(await room.runtime.liveMarkers(spec.marker)).toEqual([spec.marker]);
    expect(await room.runtime.killMarked(spec.marker)).toBe(1);
    expect(lines.map(Number).filter(isRunning)).toEqual([]);
    expect(isRunning(other.running.pid)).toBe(true);
    await other.running.kill({ graceMs: 0 });
  });

  it("takes a marker whole: a longer one that begins alike is another", async () => {
    const spec = shell(room.directory, "echo ready; exec sleep 1000");
    const longer = await listen(room.runtime, { ...spec, marker: `${spec.marker}0` });
    await longer.line(1);
    expect(await room.runtime.killMarked(spec.marker)).toBe(0);
    expect(await room.runtime.liveMarkers(spec.marker)).toEqual([`${spec.marker}0`]);
    await longer.running.kill({ graceMs: 0 });
  });
});

/** A system that shows these processes only. */
function table(rows: readonly ProcessRow[], markers: ReadonlyMap<number, string> = new Map()): ProcessTable {
  return { rows: async () => rows, markers: async () => markers };
}

describe("who is not a victim", () => {
  const host = (processes: ProcessTable) => ({ clock, log: memoryLog(), processes });

  it("is this process itself, though it may carry the marker, and what it started otherwise", async () => {
    const child = spawn("sleep", ["1000"]);
    const rows = [process.pid, child.pid ?? 0].map((pid) => ({ pid, parent: process.pid, group: 1, session: 1 }));
    const markers = new Map([[process.pid, "outer"]]);
    expect(await killMarked(host(table(rows, markers)), "outer")).toBe(0);
    expect(isRunning(child.pid ?? 0)).toBe(true);
    child.kill("SIGKILL");
  });

  it("is a process that got the id of a group that was seen to be empty", async () => {
    const stranger = spawn("sleep", ["1000"], { detached: true });
    const pid = stranger.pid ?? 0;
    const rows = [{ pid, parent: 1, group: pid, session: pid }];
    const tree = { pid, reaped: () => true, groupOutlived: () => false };
    expect(await endTree(host(table(rows)), newMarker(), tree, 0)).toBe(true);
    expect(isRunning(pid)).toBe(true);
    stranger.kill("SIGKILL");
  });
});

describe("a system that does not list its processes", () => {
  it("still has the group ended, and the gap is logged", async () => {
    const child = spawn("sleep", ["1000"], { detached: true });
    const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    const log = memoryLog();
    const refuse = () => Promise.reject(new Error("no /proc here"));
    const tree = { pid: child.pid ?? 0, reaped: () => false, groupOutlived: () => false };
    expect(await endTree({ clock, log, processes: { rows: refuse, markers: refuse } }, "m", tree, 0)).toBe(false);
    expect(await ended).toBe("SIGKILL");
    expect(log.entries.map((entry) => entry.level)).toEqual(["error"]);
  });
});
