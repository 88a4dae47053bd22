import type { LaneFacts } from "../../src/model/facts.ts";
import type { Route } from "../../src/model/profile.ts";
import { changeOf, factsOf, issueOf, laneOf, reviewLane } from "../policy/facts.ts";
import { ROUTES, workflowOf } from "../policy/workflow-facts.ts";

const MOVING: Route = { name: "planning", category: "todo", action: "transition", target: "review" };
const workflow = workflowOf({ routes: [MOVING, ...ROUTES.filter(({ name }) => name !== "planning")] });
const issue = issueOf({ state: "Todo" });
const moved = laneOf({ stage: "released", lastRun: 0, reason: { code: "route_moves", sentence: "Moved." } });

/** The rows about routes that only move their issue. */
export const ROUTE_CASES: readonly [string, string, LaneFacts, string[]][] = [
  [
    "route_moves",
    "before the first run",
    factsOf(laneOf({ lastRun: 0 }), { issue, workflow }),
    ["stage released", "write issue_move", "wait route_move_pending"],
  ],
  [
    "route_moves",
    "in review",
    factsOf(reviewLane(), { change: changeOf({}), issue, workflow }),
    ["write issue_move", "wait route_move_pending"],
  ],
  ["run_due", "after nothing but a move", factsOf(moved, { issue: issueOf({ state: "In Review" }) }), ["close_lane"]],
  [
    "run_due",
    "after a move that ended the issue",
    factsOf(moved, { issue: issueOf({ state: "Done" }) }),
    ["close_lane"],
  ],
  ["run_due", "after a move of an issue that is gone", factsOf(moved, { issue: null }), ["close_lane"]],
  ["run_due", "after a move to where a run starts", factsOf(moved), ["stage working", "start_run first"]],
];
