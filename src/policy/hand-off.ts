import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { CompletionSignal, WorkOutcome } from "../model/run.ts";
import type { Reason } from "../model/verdict.ts";
import { nextRoutes } from "../model/profile.ts";
import { routeOf, stateForRoute } from "../model/workflow.ts";
import { because } from "./codes.ts";
import { validateSteps } from "./delivery.ts";
import { planFailure } from "./failure.ts";
import { comment, moveToRoute, runRevision } from "./writes.ts";

type HandOff = Extract<CompletionSignal, { kind: "hand_off" | "repair_done" }>;

/**
 * Accepts a hand-off, or the end of a repair, when its route is allowed and its deliverable is there; else the run has failed, with the
 * reason.
 */
export function planHandOff(facts: LaneFacts, outcome: WorkOutcome, signal: HandOff): Plan {
  const { lane, workflow } = facts;
  const misplaced = findMisplaced(facts, signal);
  if (misplaced !== null) return planFailure(facts, misplaced);
  const named = signal.kind === "hand_off" ? signal.route : null;
  const route = named ?? allowedRoutes(facts)[0] ?? null;
  const isChange = workflow.profile.completion.deliversChange && workflow.repo !== null && lane.branch !== null;
  const delivers = isChange && outcome.changed;
  const bad = findFault(facts, route, delivers);
  if (bad !== null || route === null) return planFailure(facts, bad ?? because("route_unknown", "No route was named."));
  const { summary, noChange } = signal;
  if (!delivers) {
    if (isChange && noChange === null) return planFailure(facts, because("no_change", NO_CHANGE));
    const accepted: Step = { do: "accept_hand_off", route, summary, noChange };
    return planWords(facts, route, signal, accepted);
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

/** Why this signal is none that the profile, or the run, could end with. */
function findMisplaced({ workflow, lane }: LaneFacts, signal: HandOff): Reason | null {
  const { result } = workflow.profile.completion;
  if (result !== undefined) {
    return because("result_missing", "The run handed off, but its profile asks for a result (run_result).");
  }
  return signal.kind === "repair_done" && lane.stage !== "review_repair"
    ? because("not_repairing", "The run said that a repair is done, but nobody had asked for one.")
    : null;
}

/** Where the agent of this lane may send its issue. */
export function allowedRoutes({ workflow, lane }: LaneFacts): readonly string[] {
  return nextRoutes(workflow.profile, routeOf(workflow, lane.issue.state));
}

/** Why this route cannot be taken. */
function findFault(facts: LaneFacts, route: string | null, delivers: boolean): Reason | null {
  const { workflow } = facts;
  const { landing } = workflow.profile.completion;
  const routes = allowedRoutes(facts);
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
function planWords(facts: LaneFacts, route: string, signal: HandOff, accepted: Step): Plan {
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
