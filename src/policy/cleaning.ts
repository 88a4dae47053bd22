import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { Reason } from "../model/verdict.ts";
import { pendingWrites } from "./eligibility.ts";
import { clearRetry } from "./parking.ts";
import { fencedRevision, type Steps, write } from "./writes.ts";

/**
 * Takes a lane to cleanup and removes its workspace. While outside writes are open it only takes the stage: a closed
 * lane could not settle them any more.
 */
export function planCleanup(facts: LaneFacts, why: Reason): Plan {
  const { lane, openOutbox } = facts;
  const unpark: Steps = lane.parked === null ? [] : [{ do: "unpark", reason: why }];
  const clean = pendingWrites(openOutbox).length === 0 ? cleanSteps(facts, why) : [];
  return [{ do: "stage", stage: "cleanup", reason: why }, ...unpark, ...clearRetry(facts, why), ...clean];
}

/** Starts the removal of a lane's workspace; the branch on the forge goes only when it has been merged. */
export function cleanSteps(facts: LaneFacts, why: Reason): [Step, ...Step[]] {
  const { branch } = facts.lane;
  const isMerged = branch !== null && (branch.mergedSha !== null || facts.change?.state === "merged");
  const merged = isMerged ? branch : null;
  const start: Step = { do: "start_clean", deleteBranch: merged !== null, reason: why };
  if (merged === null) return [start];
  const intent = { kind: "delete_branch" as const, branch: merged.name, headSha: merged.pushedSha };
  return [write(intent, merged.name, fencedRevision(facts, "merged")), start];
}
