import type { Scope } from "../base/scope.ts";
import { RecordPauses } from "../governance/index.ts";
import { SpendingBoard } from "../record/index.ts";
import type { Board } from "./board.ts";
import type { OrchestratorParts } from "./ports.ts";

/** What was used and which accounts are paused, as it is on record and while the service lives. */
export async function openMoney(parts: OrchestratorParts, scope: Scope): Promise<NonNullable<Board["money"]>> {
  const { record, clock } = parts;
  const spending = await SpendingBoard.open(record, clock);
  scope.defer("spending", () => spending.close());
  if (parts.pauses !== undefined) return { spending, pauses: parts.pauses };
  const pauses = await RecordPauses.open(record);
  scope.defer("pauses", () => pauses.close());
  return { spending, pauses };
}
