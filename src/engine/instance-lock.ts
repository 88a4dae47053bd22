import { join } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import { MaestroError } from "../base/errors.ts";
import { type FileLockOwner, holdFileLock, readFileLockOwner } from "../base/file-lock.ts";

/** The right to be the one service of a folder. The system takes it back when the process dies, however it dies. */
export interface InstanceLock {
  readonly instance: string;
  readonly owner: FileLockOwner;
  release(): Promise<void>;
}

/** Who takes the lock. */
export interface InstanceLockOptions {
  readonly instance: string;
  /** For the one who finds it taken, e.g. the workflow's path. */
  readonly note: string;
  readonly clock?: Clock;
}

/**
 * Takes the instance lock of a state folder. Throws `already_running` with facts {pid, started_at, note} when somebody holds it,
 * `lock_unavailable` when the folder cannot be used.
 */
export async function holdInstanceLock(directory: string, options: InstanceLockOptions): Promise<InstanceLock> {
  const path = join(directory, "instance");
  const clock = options.clock ?? systemClock();
  const lock = await holdFileLock(path, { note: options.note, clock });
  if (lock === undefined) throw alreadyRunning(directory, await readFileLockOwner(path));
  return { instance: options.instance, owner: lock.owner, release: () => lock.release() };
}

function alreadyRunning(directory: string, owner: FileLockOwner | undefined): MaestroError {
  if (owner === undefined) {
    return new MaestroError({
      code: "already_running",
      message: `Another Maestro is running on ${directory}.`,
      hint: "Use it (`maestro status`), or end it first.",
      facts: { directory },
    });
  }
  const since = new Date(owner.startedAt).toISOString();
  return new MaestroError({
    code: "already_running",
    message: `Maestro is already running here: process ${owner.pid}, since ${since}${owner.note === "" ? "" : ` (${owner.note})`}.`,
    hint: "Use it (`maestro status`), or end it with `maestro stop`.",
    facts: { directory, pid: owner.pid, started_at: since, note: owner.note },
  });
}
