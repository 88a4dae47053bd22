import { RESUMED_BY_PERSON } from "../model/account.ts";
import type { Board } from "./board.ts";
import type { OrchestratorParts } from "./ports.ts";
import { carryOutPlan } from "./steps.ts";

/**
 * Lets lanes that wait for an account try again, once a person has ended a pause after `since` (epoch milliseconds). Returns when that was last;
 * `since` when nobody has.
 */
export async function takeUpResumed(parts: OrchestratorParts, board: Board, since: number): Promise<number> {
  const resumed = board.pauses().filter(({ code }) => code === RESUMED_BY_PERSON);
  const newest = Math.max(since, ...resumed.map(({ at }) => at));
  if (newest === since) return since;
  const now = parts.clock.now();
  const waiting = [...board.lanes.values()].filter(({ work, parked }) => work === null && parked === null);
  for (const lane of waiting) {
    const { retry } = lane;
    if (retry?.kind !== "capacity" || retry.dueAt <= now) continue;
    const scope = { workflow: parts.workflows.current(), runs: [], openOutbox: board.outboxOf(lane.id), now };
    const issue = board.issues.get(lane.issue.id) ?? lane.issue;
    await carryOutPlan(parts, [{ do: "schedule", retry: { ...retry, dueAt: now } }], { lane, issue, ...scope });
  }
  return newest;
}
