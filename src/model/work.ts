import type { Assignment } from "./assignment.ts";

/** The four kinds of leased work. Each happens on the machine that holds the lane. */
export const WORK_KINDS = ["run", "validate", "land", "clean"] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

/** A piece of work as it stands in the engine's queue. A lane has at most one that is queued or leased. */
export interface WorkSpec {
  readonly id: string;
  readonly workflowId: string;
  readonly laneId: string;
  readonly kind: WorkKind;
  /** The run it belongs to: its own number for `run`, the last one for the others. */
  readonly run: number;
  /** The machine that holds the lane. */
  readonly machine: string;
  /** What the carrier needs to know. */
  readonly payload: Assignment;
}

/** The right to carry out a piece of work. Worth nothing once a newer fence exists on the lane. */
export interface Lease {
  readonly work: WorkSpec;
  readonly fence: number;
  /** Instance that holds it. */
  readonly holder: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}
