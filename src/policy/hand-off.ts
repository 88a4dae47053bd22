import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { CompletionSignal, WorkOutcome } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
import { stateForRoute, type Workflow } from "../model/workflow.ts";
import { because } from "./codes.ts";
import { validateSteps } from "./delivery.ts";
import { planFailure } from "./failure.ts";
import { comment, moveToRoute, runRevision } from "./writes.ts";

type HandOff = Extract<CompletionSignal, { kind: "hand_off" }>;

/** Accepts a hand-off when its route is allowed and its deliverable is there; else the run has failed, with the reason. */
export function planHandOff(facts: LaneFacts, outcome: WorkOutcome, signal: HandOff): Plan {
  const { lane, workflow } = facts;
  const route = signal.route ?? workflow.profile.completion.routes[0] ?? null;
  const isChange = workflow.profile.completion.deliversChange && workflow.repo !== null && lane.branch !== null;
  const delivers = isChange && outcome.changed;
  const bad = findFault(workflow, route, delivers);
  if (bad !== null || route === null) return planFailure(facts, bad ?? because("route_unknown", "No route was named."));
  const { summary, noChange } = signal;
  if (!delivers) {
    if (isChange && noChange === null) return planFailure(facts, because("no_change", NO_CHANGE));
    const accepted: Step = { do: "accept_hand_off", route, summary, noChange };
    return planResult(facts, route, signal, accepted);
  }
  const headSha = outcome.headSha ?? lane.branch?.headSha ?? null;
  if (headSha === null) {
    return planFailure(facts, because("head_unknown", "The host saw no head of the branch after the hand-off."));
  }
  const why = because("handed_off", `Run ${lane.lastRun} handed off for "${route}"; its change is checked next.`);
  return [
    // Success is counted when the checks have passed, so that runs that always fail them end in parking.
    { do: "close_work", counts: "nothing", reason: why },
    { do: "accept_hand_off", route, summary, noChange: null },
    { do: "stage", stage: "validating", reason: why },
    // While the lane is parked nothing is started; the stage says what is due when it goes on.
    ...(lane.parked === null ? validateSteps(facts, headSha, why) : []),
  ];
}

const NO_CHANGE = "The run handed off, but the tree does not differ from the base and no reason was given.";

/** Why this route cannot be taken. */
function findFault(workflow: Workflow, route: string | null, delivers: boolean): Reason | null {
  const { routes, landing } = workflow.profile.completion;
  if (route === null || !routes.includes(route)) {
    const allowed = routes.length === 0 ? "none" : routes.join(", ");
    return because("route_unknown", `The run handed off to "${route ?? ""}"; allowed: ${allowed}.`);
  }
  if (stateForRoute(workflow, route) === undefined) {
    return because("route_unmapped", `The run handed off to "${route}", for which there is no tracker state.`);
  }
  const category = workflow.profile.routes.find((known) => known.name === route)?.category;
  const isReviewed = category === "review" || (category === "merging" && landing === "when_green");
  return delivers && !isReviewed
    ? because("route_skips_review", `The run handed its change off to "${route}", where nobody reviews it.`)
    : null;
}

/** A hand-off of words: the result goes onto the issue, the issue to its route, and the lane to its end. */
function planResult(facts: LaneFacts, route: string, signal: HandOff, accepted: Step): Plan {
  const code = signal.noChange === null ? "handed_off" : "handed_off_no_change";
  const why = because(code, `Run ${facts.lane.lastRun} handed off for "${route}".`);
  const body = signal.noChange === null ? signal.summary : `${signal.summary}\n\nNo change: ${signal.noChange}`;
  return [
    { do: "close_work", counts: "success", reason: why },
    accepted,
    { do: "stage", stage: "closeout", reason: why },
    // Like every end: what is left is to put things away, and that waits for nobody.
    ...(facts.lane.parked === null ? [] : [{ do: "unpark", reason: why } as const]),
    comment(facts, "result", body, runRevision(facts)),
    ...moveToRoute(facts, route, runRevision(facts)),
  ];
}
