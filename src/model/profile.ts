import type { JsonObject } from "../base/json.ts";

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
}

/** The categories in which an agent may work. */
export const ACTIVE_CATEGORIES: readonly Category[] = ["todo", "in_progress", "merging", "rework"];
/** The categories that end an issue. */
export const TERMINAL_CATEGORIES: readonly Category[] = ["done", "canceled"];
