import { type Issue, normaliseLabels, sameState } from "../model/issue.ts";
import { nextRoutes, type Route } from "../model/profile.ts";
import { allow, refuse, type Verdict } from "../model/verdict.ts";
import { routeOf, stateForRoute, trackerState, type Workflow } from "../model/workflow.ts";
import { USUAL_TRUST } from "../model/trust.ts";

/** What decides whether an agent may move its issue. */
export interface AgentMove {
  readonly workflow: Workflow;
  /** As the tracker shows it now. */
  readonly issue: Issue;
  /** The tracker's state that the agent names. */
  readonly to: string;
  /** What the gate before review says. Absent: nobody asked it, and it is shut. */
  readonly gate?: Verdict;
}

/**
 * Whether an agent may move its issue. Allowed are the work's own states and those that the profile names; into review only
 * through the gate; an end, and what lets a change land, are never an agent's to decide where it delivers a change.
 */
export function judgeIssueMove(move: AgentMove): Verdict {
  const { workflow, issue, to } = move;
  const { identifier, state } = issue;
  if (sameState(state, to)) return allow("move_already", `${identifier} is in "${state}".`);
  const route = routeOf(workflow, to);
  const targets = moveTargets(workflow, issue);
  const isNamed = targets.some((name) => sameState(name, to));
  if (route === undefined || !isNamed) {
    const allowed = targets.length === 0 ? "none" : targets.map((name) => `"${name}"`).join(", ");
    return refuse(
      "move_not_allowed",
      `An agent may not move ${identifier} from "${state}" to "${to}"; allowed: ${allowed}.`,
    );
  }
  if (!workflow.profile.completion.deliversChange) return allow("move_allowed", `The profile allows "${to}".`);
  if (route.category === "merging" || route.category === "done" || route.category === "canceled") {
    return refuse("move_not_allowed", `"${to}" is the host's to decide: hand the work off with run_handoff.`);
  }
  if (route.category !== "review") return allow("move_allowed", `The profile allows "${to}".`);
  return (
    move.gate ??
    refuse(
      "gate_shut",
      `"${to}" is behind the gate of review: hand the work off with run_handoff and the host moves the issue.`,
    )
  );
}

/**
 * The states that an agent may name. From where people look at its change it names none: a move out of there is what they ask for
 * work with.
 */
export function moveTargets(workflow: Workflow, issue: Issue): readonly string[] {
  const category = trackerState(workflow, issue.state)?.category;
  const isWithPeople = category === undefined || ["review", "merging", "done", "canceled"].includes(category);
  if (isWithPeople) return [];
  const { profile } = workflow;
  const next = nextRoutes(profile, routeOf(workflow, issue.state));
  const routes = profile.routes.filter((route) => next.includes(route.name) || isWork(route));
  const states = routes.flatMap(({ name }) => stateForRoute(workflow, name) ?? []);
  return states.filter((name) => !sameState(name, issue.state));
}

function isWork({ category, action }: Route): boolean {
  return category === "in_progress" && action === "dispatch";
}

/** Those of these labels by which people steer Maestro: an agent neither sets them nor takes them off. */
export function reservedLabels({ tracker, profile, trust }: Workflow, labels: readonly string[]): readonly string[] {
  const { requiredLabels, optOutLabel, needsAttentionLabel } = tracker;
  const { autoLandLabel } = profile.completion;
  const steering = [
    ...requiredLabels,
    optOutLabel,
    needsAttentionLabel,
    ...(autoLandLabel ? [autoLandLabel] : []),
    (trust ?? USUAL_TRUST).acceptLabel,
  ];
  const reserved = normaliseLabels(steering);
  return normaliseLabels(labels).filter((label) => reserved.includes(label) || label.startsWith("maestro:"));
}
