import type { Lane } from "../model/lane.ts";
import type { Board } from "./board.ts";

/** Longest sleep of the loop, milliseconds: lost leases are looked for at least this often. Stalls are a matter of each poll (S-125). */
const LONGEST_WAIT_MS = 5_000;
/** Shortest, so that a due time in the past cannot make a busy loop. */
const SHORTEST_WAIT_MS = 1;

/**
 * Milliseconds until the loop has something to do, if nothing wakes it before. What was due at `lookedAt` has had its look: it waits for
 * something else, and time alone does not wake it again.
 */
export function nextDue(board: Board, now: number, nextPollAt: number, lookedAt: number): number {
  let at = Math.min(nextPollAt, now + LONGEST_WAIT_MS);
  for (const lane of board.lanes.values()) {
    if (lane.work !== null || lane.parked !== null || lane.paused != null || lane.retry === null) continue;
    if (lane.retry.dueAt > lookedAt) at = Math.min(at, lane.retry.dueAt);
  }
  for (const { approvals = [] } of board.lanes.values()) {
    for (const { answer, expiresAt } of approvals) if (answer === null) at = Math.min(at, expiresAt);
  }
  return Math.max(at - now, SHORTEST_WAIT_MS);
}

/**
 * Whether nothing is under way and nothing is due: only waits for people, retries and polls are left. A start that was due at `lookedAt`
 * has had its look; what kept it back then (a pause, a slot) is no work under way.
 */
export function isIdle(board: Board, now: number, lookedAt: number): boolean {
  if (board.dirty.size > 0) return false;
  if (board.openOutbox().some((row) => row.dueAt <= now && board.seesTo(row))) return false;
  return [...board.lanes.values()].every((lane) => lane.work === null && !isDueSince(lane, now, lookedAt));
}

function isDueSince({ parked, paused, retry }: Lane, now: number, lookedAt: number): boolean {
  return (
    parked === null &&
    paused == null &&
    retry !== null &&
    retry.kind !== "slot" &&
    retry.dueAt > lookedAt &&
    retry.dueAt <= now
  );
}
