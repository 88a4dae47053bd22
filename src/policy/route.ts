import type { LaneFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import { sameState } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { Plan, Step } from "../model/plan.ts";
import { routeOf, stateForRoute, type Workflow } from "../model/workflow.ts";
import { because } from "./codes.ts";
import { write } from "./writes.ts";

/** A tracker move that a route asks for, from and to in the tracker's own spelling. */
export interface RouteMove {
  readonly action: "transition" | "transition_then_dispatch";
  readonly from: string;
  readonly to: string;
}

/** The move that has to be done before anything else happens with an issue, or `null` when its route asks for none. */
export function planRoute(workflow: Workflow, issue: Issue): RouteMove | null {
  const route = routeOf(workflow, issue.state);
  if (route === undefined || route.target === null) return null;
  if (route.action !== "transition" && route.action !== "transition_then_dispatch") return null;
  const to = stateForRoute(workflow, route.target);
  return to === undefined || sameState(to, issue.state) ? null : { action: route.action, from: issue.state, to };
}

/**
 * The write of a route's move. It is asked for once per sight of the issue: seen again unchanged, the tracker only lags. `revision` tells
 * apart what the lane was about when it asked.
 */
export function moveStep(issue: Issue, { from, to }: RouteMove, revision: string): Step {
  const intent = { kind: "issue_move" as const, issueId: issue.id, to, from };
  return write(intent, "route", `${revision}-seen-${issue.updatedAt ?? 0}`);
}

/**
 * Moves an issue whose route does nothing else, without a run. A lane that was opened for that lets go of the issue with the same stroke:
 * where the issue arrives decides whether the lane goes on or ends.
 */
export function planMove({ lane, workflow }: LaneFacts, issue: Issue): Plan {
  const move = planRoute(workflow, issue);
  const from = `${issue.identifier} is on a route that only moves it`;
  if (move === null) return [{ do: "wait", reason: because("route_target_unmapped", `${from}, to nowhere.`) }];
  const why = because("route_moves", `${from}, from "${move.from}" to "${move.to}".`);
  const steps: readonly [Step, Step] = [
    moveStep(issue, move, `after-run-${lane.lastRun}-${move.from}`),
    { do: "wait", reason: because("route_move_pending", why.sentence) },
  ];
  const isNew = lane.stage === "working" && lane.lastRun === 0;
  return isNew ? [{ do: "stage", stage: "released", reason: why }, ...steps] : steps;
}

/** Whether a lane never did anything but move its issue. */
export function isOnlyMoved(lane: Lane): boolean {
  return lane.stage === "released" && lane.lastRun === 0 && lane.reason.code === "route_moves";
}
