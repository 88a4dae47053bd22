import type { Lane } from "../model/lane.ts";
import type { RunPurpose } from "../model/run.ts";

/**
 * Symphony's template variable for the next run of a lane: `null` on the first run, else an integer from 1 (S-221).
 * Failures count; a continuation carries 1, so that the failure after it is the second (G-5).
 */
export function attemptOf(lane: Pick<Lane, "failures" | "idleSessions">, purpose: RunPurpose): number | null {
  return purpose === "first" ? null : Math.max(1, failureAttempt(lane.failures, lane.idleSessions));
}

/** The attempt number that `failures` failures in a row have come to; one more when they follow a continuation (G-5). */
export function failureAttempt(failures: number, idleSessions: number): number {
  return failures === 0 ? 0 : failures + (idleSessions > 0 ? 1 : 0);
}
