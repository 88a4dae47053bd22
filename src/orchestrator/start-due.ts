import type { Lane } from "../model/lane.ts";
import type { Board } from "./board.ts";
import type { OrchestratorParts } from "./ports.ts";
import { accountFor, judgeSlotsFor, slotsInUse, startsAllowed } from "./slots.ts";

/** Waits for an account that may end at any moment, so that no retry is written for them. */
const ACCOUNT_WAITS: readonly string[] = ["account_busy", "account_paused", "account_disabled", "account_missing"];

/** A start that has become due since the last look, or one that waited for a slot and finds one now. The others are the poll's. */
export function isDue(
  parts: OrchestratorParts,
  board: Board,
  lane: Lane,
  span: { readonly now: number; readonly lookedAt: number },
): boolean {
  const { now, lookedAt } = span;
  const { retry } = lane;
  if (lane.work !== null || lane.parked !== null) return false;
  const wait = board.waits.get(lane.id)?.code ?? "";
  const waitsForAccount = ACCOUNT_WAITS.includes(wait);
  if (retry?.kind !== "slot" && wait !== "no_slot" && !waitsForAccount)
    return retry !== null && retry.dueAt <= now && retry.dueAt > lookedAt;
  if (!startsAllowed(parts, board, lane).ok) return false;
  const workflow = parts.workflows.current();
  if (waitsForAccount && !accountFor(parts, board, lane.issue, lane).ok) return false;
  return judgeSlotsFor(workflow, slotsInUse(workflow, board, lane), lane.issue).ok;
}
