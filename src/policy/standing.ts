import type { Issue } from "../model/issue.ts";
import type { Category, Route } from "../model/profile.ts";
import type { Verdict } from "../model/verdict.ts";
import { isActive, isTerminal, routeOf, trackerState, type Workflow } from "../model/workflow.ts";
import { no, yes } from "./codes.ts";

/**
 * What is asked about. `review` also accepts the states in which people look at what was handed off, `move` the routes on which an issue
 * is only moved.
 */
export type Ground = "work" | "review" | "move";

/** Where an issue stands whose change people look at, or want merged: what they ask of it then is still to be done. */
const UNDER_REVIEW: readonly Category[] = ["review", "merging"];

/** Whether an issue, as it is now, allows work on it: its state, its route, its tracker's word and its labels (S-112, S-113). */
export function judgeStanding(workflow: Workflow, issue: Issue, ground: Ground): Verdict {
  return (
    judgeState(workflow, issue, ground) ??
    judgeLabels(workflow, issue) ??
    yes("eligible", `${issue.identifier} may be worked on in "${issue.state}".`)
  );
}

function judgeState(workflow: Workflow, issue: Issue, ground: Ground): Verdict | null {
  const { identifier, state } = issue;
  if (isTerminal(workflow, state)) return no("issue_terminal", `${identifier} is in "${state}", which ends it.`);
  const category = trackerState(workflow, state)?.category;
  if (ground === "review" && category !== undefined && UNDER_REVIEW.includes(category)) return null;
  if (!isActive(workflow, state)) {
    const known = trackerState(workflow, state) !== undefined;
    const why = known ? "in which no agent works" : "which the workflow does not mention";
    return no("state_not_active", `${identifier} is in "${state}", ${why}.`);
  }
  const route = routeOf(workflow, state);
  if (route === undefined || (ground === "move" && route.action === "transition")) return null;
  return judgeRoute(identifier, route);
}

function judgeRoute(identifier: string, route: Route): Verdict | null {
  switch (route.action) {
    case "disabled":
      return no("route_disabled", `${identifier} is on route "${route.name}", which is switched off.`);
    case "wait":
      return no("route_waits", `${identifier} is on route "${route.name}", which waits for people.`);
    case "stop":
      return no("route_stops", `${identifier} is on route "${route.name}", where nothing more happens.`);
    case "transition":
      return no("route_moves", `${identifier} is on route "${route.name}", which only moves it to "${route.target}".`);
    default:
      return null;
  }
}

function judgeLabels(workflow: Workflow, issue: Issue): Verdict | null {
  const { requiredLabels, optOutLabel } = workflow.tracker;
  if (hasLabel(issue, optOutLabel)) {
    return no("opted_out", `${issue.identifier} carries the label "${optOutLabel}" and is left to people.`);
  }
  if (!issue.dispatchable) return no("not_dispatchable", `The tracker does not allow work on ${issue.identifier}.`);
  const missing = requiredLabels.find((label) => !hasLabel(issue, label));
  return missing === undefined ? null : no("label_missing", `${issue.identifier} lacks the label "${missing}".`);
}

/** Whether an issue carries a label, whatever its case and surrounding blanks; a blank label is on no issue (S-044). */
export function hasLabel(issue: Issue, label: string): boolean {
  const wanted = label.trim().toLowerCase();
  return wanted !== "" && issue.labels.some((present) => present.trim().toLowerCase() === wanted);
}
