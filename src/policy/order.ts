import type { Issue } from "../model/issue.ts";

/** Issues in the order in which they are started: priority, age, identifier (S-114). Stable; the input is not changed. */
export function orderCandidates(issues: readonly Issue[]): Issue[] {
  return [...issues].sort(compareCandidates);
}

/** The order of two candidates as a sort comparison. Total: only equal identifiers compare as equal. */
export function compareCandidates(left: Issue, right: Issue): number {
  return (
    urgency(left) - urgency(right) ||
    compareAges(left.createdAt, right.createdAt) ||
    compareText(left.identifier, right.identifier)
  );
}

/** Priorities 1 to 4 count; every other number, and none, share the last bucket (S-114). */
function urgency(issue: Issue): number {
  const { priority } = issue;
  return priority !== null && Number.isInteger(priority) && priority >= 1 && priority <= 4 ? priority : 5;
}

function compareAges(left: number | null, right: number | null): number {
  if (left === right) return 0;
  if (left === null) return 1;
  return right === null ? -1 : left - right;
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
