import type { SlotFacts } from "../model/facts.ts";
import type { Lane } from "../model/lane.ts";
import { stateKey } from "../model/issue.ts";
import { allow, refuse, type Verdict } from "../model/verdict.ts";
import { countSlots } from "../policy/index.ts";
import type { Board } from "./board.ts";
import type { OrchestratorParts } from "./ports.ts";

/** Whether anything new may start at all. */
export function startsAllowed(parts: OrchestratorParts, board: Board): Verdict {
  if (board.mode !== "running") return refuse(board.mode, `The service is ${board.mode}: nothing new is started.`);
  const problem = parts.workflows.problem();
  if (problem !== null) return refuse("workflow_rejected", `The workflow file has a problem: ${problem.message}`);
  return allow("may_start", "The workflow is valid and the service is running.");
}

/**
 * Slots in use: runs that are queued or leased, and lanes whose first run only waits for its issue's move. The lane that asks for a slot
 * does not count against itself.
 */
export function slotsInUse(board: Board, asking: Lane | null = null): SlotFacts {
  const lanes = [...board.lanes.values()].filter((lane) => lane.id !== asking?.id);
  const counted = countSlots(lanes);
  const opening = lanes.filter(isOpening);
  const byState = { ...counted.byState };
  for (const lane of opening) {
    const key = stateKey(lane.issue.state);
    byState[key] = (byState[key] ?? 0) + 1;
  }
  return { running: counted.running + opening.length, byState };
}

function isOpening(lane: Lane): boolean {
  return (
    lane.stage === "working" && lane.work === null && lane.lastRun === 0 && lane.parked === null && lane.retry === null
  );
}
