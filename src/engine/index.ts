import type { Clock } from "../base/clock.ts";
import type { FileLockOwner } from "../base/file-lock.ts";
import type { Log } from "../base/log.ts";
import type { Engine } from "../contracts/engine.ts";
import type { Lease } from "../model/work.ts";
import type { OpenRecord } from "../record/index.ts";

export declare function createEmbeddedEngine(options: {
  readonly record: OpenRecord;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of this instance; it takes over leases under this name. */
  readonly instance: string;
}): Engine;

/** A loop that renews leases. */
export interface Heartbeat {
  add(lease: Lease): void;
  /** After its settle. */
  remove(workId: string): void;
  stop(): void;
}

export declare function startHeartbeat(options: {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
  readonly everyMs: number;
  /** Called once per work that is not held any more (lost or revoked). */
  readonly onLost: (workId: string) => void;
  readonly onLag: (lagMs: number) => void;
}): Heartbeat;

export interface InstanceLock {
  readonly instance: string;
  readonly owner: FileLockOwner;
  release(): Promise<void>;
}

/** Throws `already_running` with facts {pid, started_at, note}. */
export declare function holdInstanceLock(
  directory: string,
  options: { readonly instance: string; readonly note: string; readonly clock?: Clock },
): Promise<InstanceLock>;
