import type { JsonObject } from "../base/json.ts";
import type { ApprovalSettings } from "./approval.ts";
import type { Witness } from "./evidence.ts";

/**
 * What a tracker state means for the work, whatever the team calls it. `todo`, `in_progress`, `merging` and `rework`
 * are active, `done` and `canceled` are terminal, `review` waits for people.
 */
export const CATEGORIES = [
  "backlog",
  "todo",
  "in_progress",
  "review",
  "merging",
  "rework",
  "done",
  "canceled",
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What a route makes Maestro do with an issue that is in it. */
export const ROUTE_ACTIONS = [
  "dispatch",
  "wait",
  "stop",
  "transition",
  "transition_then_dispatch",
  "disabled",
] as const;
export type RouteAction = (typeof ROUTE_ACTIONS)[number];

/** A profile's name for a tracker state, with the policy that holds in it. */
export interface Route {
  readonly name: string;
  readonly category: Category;
  readonly action: RouteAction;
  /** The route that a transition leads to; only with the two transition actions. */
  readonly target: string | null;
  /** Names of the tools that runs on this route get. Absent: the profile's. */
  readonly tools?: readonly string[];
  /** Routes that an agent's words or tools may move an issue on this route to. Absent: the completion's. */
  readonly next?: readonly string[];
}

/** Kinds of results that `run_result` takes; each has a schema of its own. */
export const RESULT_KINDS = ["requirement_analysis", "requirement_refinement", "review_routing", "triage"] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** A fact that has to be on record, seen by this witness or a stronger one. */
export interface EvidenceRequirement {
  /** As `Evidence.kind`. */
  readonly kind: string;
  readonly witness: Witness;
}

/** A decision point of the host. */
export interface ProfileGate {
  /** What it needs beside what every gate of its name needs. */
  readonly evidence: readonly EvidenceRequirement[];
  /** Whether a person has to say yes as well. */
  readonly human: boolean;
}

/** The points at which the host decides: before a change is shown to reviewers, and before it is landed. */
export const GATE_NAMES = ["review", "landing"] as const;
export type GateName = (typeof GATE_NAMES)[number];

/** What a profile sets where the workflow file says nothing; an absent member sets nothing. */
export interface ProfileLimits {
  readonly modelCalls?: number;
  readonly tokens?: number;
  /** US dollars. */
  readonly costUsd?: number;
  readonly repeatedCalls?: number;
  /** Turns of one run. */
  readonly turns?: number;
}

/** When Maestro stops by itself and asks for a person; an absent member leaves it to the workflow file. */
export interface StopConditions {
  /** Failed runs in a row. */
  readonly failures?: number;
  /** Clean sessions in a row without a deliverable. */
  readonly idleSessions?: number;
}

/** What can be in a prompt beside the issue: the variables of the same names. */
export const INPUT_CONTEXTS = [
  "repo",
  "lane",
  "feedback",
  "attempt",
  "retry_kind",
  "run",
  "tools",
  "workflow",
] as const;
export type InputContext = (typeof INPUT_CONTEXTS)[number];

/** What a profile needs of each axis, in the words of their capabilities; checked when the workflow is loaded. */
export interface RequiredCapabilities {
  readonly tracker: readonly string[];
  readonly forge: readonly string[];
  readonly agent: readonly string[];
  readonly runtime: readonly string[];
}

/** What is not enforced in this profile, because the file says that the tracker's state alone decides. */
export interface WithoutGuardrails {
  /** One sentence each, for people. */
  readonly notEnforced: readonly string[];
}

/** How a run of this profile may end, and what the host then does. */
export interface Completion {
  /** Routes that a hand-off may name; the first is taken when it names none. */
  readonly routes: readonly string[];
  /** Whether a hand-off delivers a change (branch, pull request), or only its words. */
  readonly deliversChange: boolean;
  /** Whether the change may be landed by the host without a human's approval on the forge. */
  readonly landing: "after_approval" | "when_green";
  /** Issues with this label land when green whatever `landing` says; as `normaliseLabels` writes it. Absent: no label does. */
  readonly autoLandLabel?: string;
  /** The route an issue moves to when its change has landed. */
  readonly landedRoute: string | null;
  /** What `run_result` takes, for profiles that deliver a result. Absent: there is no such result. */
  readonly result?: ResultKind;
  /** What has to be on record before the work counts as done. Absent: what the host always asks for. */
  readonly evidence?: readonly EvidenceRequirement[];
}

/** A piece of prompt with the place of its first character, for located errors. */
export interface PromptPart {
  /** Absolute. */
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** A profile as resolved for one workflow: routes with the tracker's own state names. */
export interface Profile {
  readonly kind: string;
  readonly version: number;
  readonly hash: string;
  readonly options: JsonObject;
  readonly routes: readonly Route[];
  readonly completion: Completion;
  /** Names of the tools that its runs get. */
  readonly tools: readonly string[];
  /** Prompt body that is used when the workflow file has none. */
  readonly prompt: string;
  /** What a prompt can take in with `{% render 'profile/name' %}`, by that name. Absent: nothing. */
  readonly parts?: Readonly<Record<string, PromptPart>>;
  /** Absent: every gate of the host, without a person's yes. */
  readonly gates?: Readonly<Partial<Record<GateName, ProfileGate>>>;
  readonly budget?: ProfileLimits;
  readonly stop?: StopConditions;
  /** What people are asked first, where the workflow file says nothing. Absent: nothing. */
  readonly approvals?: Partial<ApprovalSettings>;
  /** What its prompts may take in beside the issue. Absent: everything. */
  readonly input?: readonly InputContext[];
  /** Absent: nothing in particular. */
  readonly requires?: RequiredCapabilities;
  /** Present where the tracker's state alone decides: no signals, no gates. */
  readonly unguarded?: WithoutGuardrails;
}

/** The tools of a run on a route. */
export function toolsOnRoute(profile: Profile, route: Route | undefined): readonly string[] {
  return route?.tools ?? profile.tools;
}

/** The routes that an issue on `route` may be moved to by its agent. */
export function nextRoutes(profile: Profile, route: Route | undefined): readonly string[] {
  return route?.next ?? profile.completion.routes;
}

/** The categories in which an agent may work. */
export const ACTIVE_CATEGORIES: readonly Category[] = ["todo", "in_progress", "merging", "rework"];
/** The categories that end an issue. */
export const TERMINAL_CATEGORIES: readonly Category[] = ["done", "canceled"];
