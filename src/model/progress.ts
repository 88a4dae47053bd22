import type { WorkOutcome } from "./run.ts";

/**
 * What tells a lane that gets on from one that only burns money: what the host saw and what the agent cannot repeat at will. A person's act
 * begins it anew, but for the trees.
 */
export interface LaneProgress {
  /** Sessions since a person last acted. */
  readonly sessions: number;
  /** Sessions in a row without progress. */
  readonly stale: number;
  /** Marks of all trees that the lane ever had, in the order in which they were seen. */
  readonly trees: readonly string[];
  /** Checks that failed when they were seen last. */
  readonly failing: readonly string[];
  /** Checks whose turn from failing to passing has counted: each does once. */
  readonly turned: readonly string[];
  /** What the forge said of the change when it was seen last. */
  readonly review: string | null;
  /** The present session: none, begun, one whose model has answered, one that made progress. */
  readonly session: "none" | "begun" | "used" | "moved";
}

/** A lane that has done nothing. */
export const NO_PROGRESS: LaneProgress = {
  sessions: 0,
  stale: 0,
  trees: [],
  failing: [],
  turned: [],
  review: null,
  session: "none",
};

/** After something that counts. */
export function moved(progress: LaneProgress): LaneProgress {
  return { ...progress, stale: 0, session: progress.session === "none" ? "none" : "moved" };
}

/** After a person's act. */
export function begunAnew(progress: LaneProgress): LaneProgress {
  return { ...moved(progress), sessions: 0, turned: [] };
}

/** Ends that are nobody's fault: the session is not held against its lane. */
function isExcused({ status, failure }: Pick<WorkOutcome, "status" | "failure">): boolean {
  return status === "lost" || status === "canceled" || failure === "capacity" || failure === "interrupted";
}

type End = Pick<WorkOutcome, "status" | "failure" | "signal">;

/** Whether a model answered. A run that ended without a word did so although nothing was told of its session. */
function wasUsed(session: LaneProgress["session"], { status, signal }: End): boolean {
  return session === "used" || (status === "succeeded" && signal.kind === "none");
}

/** After the end of a run, whatever it came to. A session in which no model answered cost nothing and says nothing. */
export function sessionEnded(progress: LaneProgress, outcome: End): LaneProgress {
  const { session, sessions, stale } = progress;
  const ended = { ...progress, session: "none" as const };
  if (session === "moved") return { ...ended, stale: 0 };
  // A provider that turned the session away at its door took no session from the issue.
  if (session === "begun" && outcome.failure === "capacity") return { ...ended, sessions: Math.max(0, sessions - 1) };
  return wasUsed(session, outcome) && !isExcused(outcome) ? { ...ended, stale: stale + 1 } : ended;
}
