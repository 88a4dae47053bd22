import { withTrust } from "../../contracts/change-rules.ts";
import type { Change } from "../../model/change.ts";
import type { MemoryForgeState } from "./state.ts";

/** A change as it is shown: while it is open, its head and base are those of their branches. */
export function toChange(change: Change, { branches }: MemoryForgeState): Change {
  const kept = withTrust(change);
  if (kept.state !== "open") return kept;
  const head = branches.get(kept.branch);
  return {
    ...kept,
    headSha: head ?? kept.headSha,
    baseSha: branches.get(kept.base) ?? null,
    mergeability: head === undefined ? "unknown" : kept.mergeability,
  };
}

/** Every change as it is shown, oldest first. */
export function toChanges(state: MemoryForgeState): readonly Change[] {
  return state.changes.map((kept) => toChange(kept, state));
}
