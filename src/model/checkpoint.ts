/** What an agent says it is doing. It is memory: no phase stands in for a hand-off, a repair's end, a gate or progress. */
export const CHECKPOINT_PHASES = [
  "probing",
  "implementing",
  "verifying",
  "blocked",
  "ready_for_review",
  "review_repair",
  "ready_to_land",
  "closeout",
] as const;
export type CheckpointPhase = (typeof CHECKPOINT_PHASES)[number];

/** Where the work on an issue stands, in an agent's words: a claim that the next run begins with. */
export interface Checkpoint {
  readonly phase: CheckpointPhase;
  readonly focus: string;
  readonly nextAction: string;
  /** At least one when blocked. */
  readonly blockers: readonly string[];
  readonly evidence: readonly string[];
  readonly verification: readonly string[];
  /** HEAD when it was recorded, seen by the host; `null` without a repository. */
  readonly headSha: string | null;
}

/** A checkpoint as a lane keeps it. */
export interface KeptCheckpoint extends Checkpoint {
  /** The run that recorded it. */
  readonly run: number;
  /** Epoch milliseconds. */
  readonly at: number;
}
