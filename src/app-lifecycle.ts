import type { LifecycleNeeds } from "./contracts/tracker.ts";
import { nextRoutes, type Profile, type Route } from "./model/profile.ts";
import { stateForRoute, type Workflow } from "./model/workflow.ts";

type Move = readonly [from: string, to: string];

/** Actions of routes on which agents work, at once or after the move that comes first. */
const WORKING: readonly Route["action"][] = ["dispatch", "transition_then_dispatch"];

/** What a workflow asks of its tracker's states: all that it names, and the moves that the host makes on its own. */
export function lifecycleNeeds(workflow: Workflow): LifecycleNeeds {
  const { profile, tracker } = workflow;
  const routes = [...profile.routes.flatMap((route) => movesFrom(profile, route)), ...landingMoves(profile)];
  const moves = new Map<string, { readonly from: string; readonly to: string }>();
  for (const [left, right] of routes) {
    const [from, to] = [stateForRoute(workflow, left), stateForRoute(workflow, right)];
    if (from !== undefined && to !== undefined && from !== to) moves.set(`${from}\n${to}`, { from, to });
  }
  return { states: tracker.states.map(({ name }) => name), moves: [...moves.values()] };
}

/** To where a route leads by itself, and from where its agents work to where they hand off. */
function movesFrom(profile: Profile, route: Route): Move[] {
  const target = profile.routes.find(({ name }) => name === route.target);
  const entry: Move[] = target === undefined ? [] : [[route.name, target.name]];
  if (!WORKING.includes(route.action)) return entry;
  const place = target ?? route;
  return [...entry, ...nextRoutes(profile, place).map((next): Move => [place.name, next])];
}

/** From where people look at a change to where its issue ends, and back to work. */
function landingMoves({ routes, completion }: Profile): Move[] {
  if (!completion.deliversChange) return [];
  const rework = routes.filter(({ category }) => category === "rework").map(({ name }) => name);
  const landed = completion.landedRoute === null ? [] : [completion.landedRoute];
  return completion.routes.flatMap((review) => [...rework, ...landed].map((next): Move => [review, next]));
}
