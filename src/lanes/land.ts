import type { Change } from "../model/change.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { LaneStage } from "../model/lane.ts";
import type { Plan, Step } from "../model/plan.ts";
import { fencedRevision, write } from "../policy/index.ts";
import { because } from "./rule.ts";

/** Lands exactly this head. The merge is planned right before the work whose worker carries it out. */
export function landSteps(facts: LaneFacts, change: Change): Plan {
  const { stage } = facts.lane;
  const where = change.url ?? `change ${change.id}`;
  const why = because("ready_to_land", `Approved and checked at ${change.headSha.slice(0, 12)}: ${where}`);
  const enter = (next: LaneStage): Step => ({ do: "stage", stage: next, reason: why });
  const ready: readonly Step[] = stage === "ready_to_land" || stage === "landing" ? [] : [enter("ready_to_land")];
  const merge = { kind: "merge" as const, changeId: change.id, headSha: change.headSha };
  const [first, ...rest] = [
    ...ready,
    write(merge, change.id, fencedRevision(facts, change.headSha)),
    ...(stage === "landing" ? [] : [enter("landing")]),
  ];
  const start: Step = { do: "start_land", reason: why };
  return first === undefined ? [start] : [first, ...rest, start];
}
