import type { Lease } from "../model/work.ts";
import type { WorkerParts } from "./parts.ts";

export type { WorkerParts } from "./parts.ts";

/** Pulls leased work and carries it out. */
export interface Worker {
  /** Begins to pull. */
  start(): void;
  /** Pulls no more, interrupts all work (canceled, failure `interrupted`) and waits until it is settled. Bounded; idempotent. */
  stop(options: { readonly reason: string }): Promise<void>;
  /** Pieces of work that are under way. */
  busy(): number;
  /** Ends every process that a lost lease may have left behind; returns how many there were. */
  endLeftovers(lease: Lease): Promise<number>;
}

export declare function createWorker(parts: WorkerParts): Worker;
