import type { Profile } from "../model/profile.ts";
import type { RunResult } from "../model/result.ts";
import type { Reason } from "../model/verdict.ts";
import { because } from "./codes.ts";

type Options = Profile["options"];

/** What a profile asks of results beyond their form. */
export interface ResultRules {
  /** Routes that a result may name. */
  readonly routes: readonly string[];
  readonly options: Options;
}

/**
 * Why a result of the right form is not taken; `null` when it is. Asked by the tool, so that the agent can mend it, and again when the run
 * has ended. Rules about routes hold where the profile has a route of that name.
 */
export function judgeResult({ routes, options }: ResultRules, route: string, result: RunResult): Reason | null {
  if (!routes.includes(route)) {
    return because("route_unknown", `The result names the route "${route}"; allowed: ${routes.join(", ") || "none"}.`);
  }
  const fault = faultOf(options, route, result);
  return fault === null ? null : because("result_incomplete", fault);
}

function faultOf(options: Options, route: string, result: RunResult): string | null {
  switch (result.kind) {
    case "triage":
      return faultOfTriage(options, route, result.data);
    case "requirement_analysis":
      return faultOfAnalysis(options, route, result.data);
    case "requirement_refinement":
      return faultOfRefinement(options, route, result.data);
    case "review_routing":
      return faultOfRouting(options, route, result.data);
  }
}

type DataOf<K extends RunResult["kind"]> = Extract<RunResult, { kind: K }>["data"];

function faultOfTriage(options: Options, route: string, data: DataOf<"triage">): string | null {
  const types = textsOf(options.routing_taxonomy);
  if (types.length > 0 && !types.includes(data.type)) {
    return `"${data.type}" is no type of this team; the types are: ${types.join(", ")}.`;
  }
  if (route === "duplicate") {
    if (options.allow_duplicate_route === false) return "This team sends nothing to the route duplicate.";
    if ((data.duplicates ?? []).length === 0)
      return "The route duplicate needs the issue that says the same, in duplicates.";
  }
  const asks = (data.questions ?? []).length > 0;
  return route === "needs_info" && !asks ? "The route needs_info needs at least one question, in questions." : null;
}

function faultOfAnalysis(options: Options, route: string, data: DataOf<"requirement_analysis">): string | null {
  const onlyBlocking = options.question_policy === "blocking_only";
  if (onlyBlocking && data.questions.some(({ blocking }) => !blocking)) {
    return "This team wants blocking questions only: leave the others out, or make them assumptions.";
  }
  if (options.require_acceptance_criteria === true && route !== "rejected" && data.acceptance_criteria.length === 0) {
    return "acceptance_criteria must not be empty.";
  }
  return faultOfQuestions(route, "needs_info", data.questions);
}

function faultOfRefinement(options: Options, route: string, data: DataOf<"requirement_refinement">): string | null {
  const isEnd = route !== "rejected" && route !== "needs_decision";
  if (isEnd && options.require_acceptance_criteria !== false && data.acceptance_criteria.length === 0) {
    return "acceptance_criteria must not be empty.";
  }
  if (isEnd && options.require_non_goals !== false && data.non_goals.length === 0)
    return "non_goals must not be empty.";
  if (route === "ready" && data.blockers.length > 0) {
    return "The route ready is not for an issue with blockers; the route needs_decision is.";
  }
  const isBlocked = data.blockers.length > 0;
  return route === "needs_decision" && isBlocked ? null : faultOfQuestions(route, "needs_decision", data.questions);
}

function faultOfRouting(options: Options, route: string, data: DataOf<"review_routing">): string | null {
  const destinations = textsOf(options.allowed_destinations);
  const { destination } = data;
  if (destination !== null && destinations.length > 0 && !destinations.includes(destination)) {
    return `"${destination}" is no destination of this team; the destinations are: ${destinations.join(", ")}.`;
  }
  if (route === "escalated" && options.allow_escalation === false) return "This team does not escalate.";
  if (route === "assigned" && data.reviewers.length === 0 && destination === null) {
    return "The route assigned needs at least one reviewer, or a destination.";
  }
  return null;
}

/** A blocking question and the route on which people answer belong together. */
function faultOfQuestions(
  route: string,
  asking: string,
  questions: DataOf<"requirement_analysis">["questions"],
): string | null {
  const blocks = questions.some(({ blocking }) => blocking);
  if (route === asking && !blocks) return `The route ${asking} needs at least one blocking question.`;
  return route === "ready" && blocks
    ? `The route ready is not for an issue with a blocking question; the route ${asking} is.`
    : null;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
