import type { Lease, WorkKind, WorkSpec } from "../model/work.ts";
import type { WorkOutcome } from "../model/run.ts";
import type { RecordTransaction } from "./record.ts";

/**
 * The queue of leased work. It hands each piece out at most once and never runs anything again on its own: an expired
 * lease is a fact for the orchestrator. Errors: `engine_closed`, and the record's.
 */
export interface Engine {
  /** Adds work in the transaction of its decision. `already` when the lane has work that is queued or leased. */
  enqueue(tx: RecordTransaction, work: WorkSpec): Promise<"queued" | "already">;
  /**
   * Leases up to `slots` pieces, oldest first. Each lease raises its lane's fence and writes `lease_granted` in the same
   * transaction.
   */
  pull(request: PullRequest): Promise<readonly Lease[]>;
  /** Renews. Returns the ids of the work that is still held: whoever misses one must stop at once. */
  heartbeat(leases: readonly Lease[]): Promise<ReadonlySet<string>>;
  /** Ends a lease and writes `work_settled`, in the caller's transaction. `false` when the lease was lost. */
  settle(tx: RecordTransaction, lease: Lease, outcome: WorkOutcome): Promise<boolean>;
  /**
   * Takes work back: removed when queued, revoked when leased (the holder learns it from `onRevoked` or its next
   * heartbeat, and still settles it as canceled). Returns what it was.
   */
  cancel(workId: string): Promise<"removed" | "revoked" | "gone">;
  /** Leases that ran out or whose holder is known to be dead, taken from them now. Facts; nothing is started again. */
  takeExpired(): Promise<readonly Lease[]>;
  /** Declares everything that another instance held lost; for the one that holds the instance lock. */
  takeOthers(holder: string): Promise<readonly Lease[]>;
  /** Queued work, oldest first. */
  queued(): Promise<readonly WorkSpec[]>;
  /** Calls back when work may be there. Returns how to stop. */
  onWork(wake: () => void): () => void;
  /** Calls back when a lease was revoked. Returns how to stop. */
  onRevoked(revoked: (workId: string) => void): () => void;
  close(): Promise<void>;
}

/** Who wants how much of what. */
export interface PullRequest {
  readonly kinds: readonly WorkKind[];
  readonly slots: number;
  readonly holder: string;
  readonly machine: string;
  /** How long a lease lasts without a heartbeat, milliseconds. */
  readonly leaseMs: number;
}
