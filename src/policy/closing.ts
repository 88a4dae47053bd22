import type { LaneFacts } from "../model/facts.ts";
import type { Plan } from "../model/plan.ts";
import type { Reason } from "../model/verdict.ts";
import { landedRouteOf } from "./cards.ts";
import { clearRetry } from "./parking.ts";
import { comment, moveToRoute, type Steps } from "./writes.ts";

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
    ...move,
  ];
}

function landedBody({ lane, change }: LaneFacts, why: Reason): string {
  const url = change?.url ?? lane.branch?.changeUrl ?? null;
  const sha = change?.mergedSha ?? lane.branch?.mergedSha ?? null;
  const lines = [why.sentence];
  if (url !== null) lines.push("", `Change: ${url}`);
  if (sha !== null) lines.push("", `Commit: \`${sha}\``);
  return lines.join("\n");
}
