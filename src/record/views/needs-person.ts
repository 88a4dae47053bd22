import type { Lane } from "../../model/lane.ts";
import type { Reason } from "../../model/verdict.ts";

/** Waits of policy and lanes that only a person ends. */
const FOR_PEOPLE: ReadonlySet<string> = new Set([
  "needs_attention",
  "opted_out",
  "route_target_unmapped",
  "waiting_for_review",
  "waiting_repaired",
  "forge_blocks",
  "change_draft",
  "change_closed",
  "change_missing",
  "head_moved",
  "issue_gone",
]);

/** Whether a person has the next word about a lane at rest, or about a candidate. `told` is what a running service says of it. */
export function needsPerson(lane: Lane | null, told: Reason | undefined): boolean {
  if (lane?.parked != null || lane?.approvals?.some(({ answer }) => answer === null)) return true;
  if (told !== undefined) return FOR_PEOPLE.has(told.code);
  // Without a service nobody has looked at the change: the next word is taken for people's.
  return lane !== null && (lane.stage === "review_wait" || FOR_PEOPLE.has(lane.reason.code));
}
