import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import type { Reason } from "../model/verdict.ts";
import { landedRouteOf } from "./cards.ts";
import { clearRetry } from "./parking.ts";
import { hasLabel } from "./standing.ts";
import { comment, knownIssue, moveToRoute, type Steps, write } from "./writes.ts";

/** Closes out a landed lane: the issue is told and moved to the profile's landed route; its cleanup follows the writes. */
export function planCloseout(facts: LaneFacts, why: Reason): Plan {
  const { lane } = facts;
  const landedRoute = landedRouteOf(facts);
  const unpark: Steps = lane.parked === null ? [] : [{ do: "unpark", reason: why }];
  const move = landedRoute === null ? [] : moveToRoute(facts, landedRoute, "landed");
  return [
    { do: "stage", stage: "closeout", reason: why },
    ...unpark,
    ...clearRetry(facts, why),
    comment(facts, "landed", landedBody(facts, why), "landed"),
    ...labelChanges(facts),
    ...move,
  ];
}

/** Labels that the workflow names for landed issues, as far as the issue does not show them so already. */
function labelChanges(facts: LaneFacts): Steps {
  const { addLabels = [], removeLabels = [] } = facts.workflow.closeout ?? {};
  const issue = knownIssue(facts);
  const change = (add: string | null, remove: string | null, label: string): Steps => [
    write({ kind: "issue_label", issueId: issue.id, add, remove }, `landed-${label}`, "landed"),
  ];
  return [
    ...addLabels.filter((label) => !hasLabel(issue, label)).flatMap((label) => change(label, null, label)),
    ...removeLabels.filter((label) => hasLabel(issue, label)).flatMap((label) => change(null, label, label)),
  ];
}

function landedBody({ lane, change, workflow }: LaneFacts, why: Reason): string {
  const url = change?.url ?? lane.branch?.changeUrl ?? null;
  const sha = change?.mergedSha ?? lane.branch?.mergedSha ?? null;
  const lines = [why.sentence];
  if (url !== null) lines.push("", `Change: ${url}`);
  if (sha !== null) lines.push("", `Commit: \`${sha}\``);
  if (workflow.closeout?.comment != null) lines.push("", workflow.closeout.comment);
  return lines.join("\n");
}
