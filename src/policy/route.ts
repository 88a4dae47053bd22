import type { Issue } from "../model/issue.ts";
import { sameState } from "../model/issue.ts";
import { routeOf, stateForRoute, type Workflow } from "../model/workflow.ts";

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
