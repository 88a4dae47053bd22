import type { LifecycleDefaults } from "../contracts/tracker.ts";
import { stateKey } from "../model/issue.ts";
import { ACTIVE_CATEGORIES, type Category, type Completion, TERMINAL_CATEGORIES } from "../model/profile.ts";
import type { TrackerState } from "../model/workflow.ts";
import type { KeyPath, ProblemDraft } from "./problems.ts";
import type { ProfileRoute } from "./profiles.ts";
import { didYouMean } from "./schema-problems.ts";
import type { WorkflowFile } from "./schema/workflow-file.ts";

/** What the meaning of a tracker's states is made from. */
export interface StateSources {
  readonly routes: readonly ProfileRoute[];
  readonly completion: Pick<Completion, "routes" | "landedRoute">;
  readonly lifecycle: WorkflowFile["tracker"]["lifecycle"];
  /** The adapter's defaults; a list that the workflow gives replaces its own. */
  readonly adapter: LifecycleDefaults | null;
}

/** Something that contradicts itself; keys lead from `tracker.lifecycle`. */
export interface StateProblem extends ProblemDraft {
  readonly keys: KeyPath;
}

/** A state as the workflow file or the adapter speaks of it. */
interface Mention {
  readonly name: string;
  readonly keys: KeyPath;
  readonly phase: Category | null;
  readonly listed: "active" | "terminal" | null;
}

type Report = (keys: KeyPath, message: string, hint?: string) => void;

/**
 * The tracker's states with route and category (S-045). A route's state is, in this order: what `raw_state_by_route_key` says, a state with the route's
 * name, the profile's default state. A state that no route claims has the category that its phase or list gives (`active_states`:
 * in_progress, `terminal_states`: done) and belongs to the first route of that category. Lists are complete: a default is not used against them.
 */
export function mapStates(sources: StateSources): {
  readonly states: readonly TrackerState[];
  readonly problems: readonly StateProblem[];
} {
  const problems: StateProblem[] = [];
  const add: Report = (keys, message, hint) => problems.push({ keys, message, hint });
  const mentions = collectMentions(sources, add);
  const claimed = claimStates(sources, mentions, add);
  const states: TrackerState[] = sources.routes.flatMap((route) => {
    const name = claimed.get(route.name);
    return name === undefined ? [] : [{ name, route: route.name, category: route.category }];
  });
  const taken = new Set(states.map(({ name }) => stateKey(name)));
  for (const [key, mention] of mentions) {
    const category = categoryOf(mention);
    if (taken.has(key) || category === null) continue;
    const route = sources.routes.find((candidate) => candidate.category === category);
    states.push({ name: mention.name, route: route?.name ?? null, category });
  }
  checkNeeded(sources, states, add);
  return { states, problems };
}

function collectMentions(sources: StateSources, add: Report): Map<string, Mention> {
  const { lifecycle, adapter } = sources;
  const mentions = new Map<string, Mention>();
  const listed = (kind: "active" | "terminal", names: readonly string[], isOwn: boolean): void => {
    for (const [at, name] of names.entries()) {
      const keys = isOwn ? [`${kind}_states`, at] : [];
      const before = mentions.get(stateKey(name));
      if (before === undefined) mentions.set(stateKey(name), { name: name.trim(), keys, phase: null, listed: kind });
      else if (before.listed === null && (isOwn || before.phase === null)) {
        mentions.set(stateKey(name), { ...before, listed: kind, keys: isOwn ? keys : before.keys });
      } else if (isOwn && before.listed !== kind) {
        add(keys, `"${name}" is listed as active and as terminal`);
      }
    }
  };
  for (const [name, phase] of Object.entries(lifecycle.state_phase_map)) {
    const keys = ["state_phase_map", name];
    if (phase === "unknown") continue;
    const category = phase === "human_review" ? "review" : phase;
    mentions.set(stateKey(name), { name: name.trim(), keys, phase: category, listed: null });
  }
  listed("active", lifecycle.active_states ?? [], true);
  listed("terminal", lifecycle.terminal_states ?? [], true);
  if (lifecycle.active_states === undefined) listed("active", adapter?.activeStates ?? [], false);
  if (lifecycle.terminal_states === undefined) listed("terminal", adapter?.terminalStates ?? [], false);
  for (const mention of mentions.values()) checkMention(sources, mention, add);
  return mentions;
}

/** A phase and the lists must not contradict each other. */
function checkMention({ lifecycle }: StateSources, { name, keys, phase, listed }: Mention, add: Report): void {
  if (phase === null) return;
  for (const kind of ["active", "terminal"] as const) {
    const isGiven = lifecycle[`${kind}_states`] !== undefined;
    const belongs = sideOf(phase) === kind;
    if (isGiven && listed === kind && !belongs) add(keys, `"${name}" is listed as ${kind}, but its phase is ${phase}`);
    if (isGiven && listed !== kind && belongs) {
      add(keys, `the phase of "${name}" is ${phase}, but ${kind}_states does not list it`);
    }
  }
}

/** Gives routes their states. A default yields to what the workflow file says, everything else that contradicts is a problem. */
function claimStates(sources: StateSources, mentions: ReadonlyMap<string, Mention>, add: Report): Map<string, string> {
  const claimed = claimWritten(sources, mentions, add);
  const taken = new Set([...claimed.values()].map(stateKey));
  const claim = (route: ProfileRoute, name: string): void => {
    claimed.set(route.name, name);
    taken.add(stateKey(name));
  };
  const open = (): ProfileRoute[] => sources.routes.filter(({ name }) => !claimed.has(name));
  for (const route of open()) {
    const mention = mentions.get(stateKey(route.name));
    if (mention === undefined || taken.has(stateKey(route.name))) continue;
    const isFit = fits(route.category, mention);
    // What only the adapter says by default yields as well.
    if (!isFit && mention.keys.length === 0) continue;
    claim(route, mention.name);
    if (!isFit) {
      const given = categoryOf(mention);
      add(mention.keys, `"${mention.name}" is the route ${route.name} (${route.category}), but is given as ${given}`);
    }
  }
  for (const route of open()) {
    const mention = mentions.get(stateKey(route.defaultState));
    if (taken.has(stateKey(route.defaultState))) continue;
    if (mention === undefined ? isListGiven(sources, route.category) : !fits(route.category, mention)) continue;
    claim(route, mention?.name ?? route.defaultState);
  }
  return claimed;
}

function claimWritten(sources: StateSources, mentions: ReadonlyMap<string, Mention>, add: Report): Map<string, string> {
  const claimed = new Map<string, string>();
  const owners = new Map<string, ProfileRoute>();
  for (const [name, state] of Object.entries(sources.lifecycle.raw_state_by_route_key)) {
    const keys = ["raw_state_by_route_key", name];
    const route = sources.routes.find((candidate) => candidate.name === name);
    if (route === undefined) {
      const known = sources.routes.map((candidate) => candidate.name);
      add(keys, `"${name}" is no route of the profile; its routes: ${known.join(", ")}`, didYouMean(name, known));
      continue;
    }
    const owner = owners.get(stateKey(state));
    // One closed state for several ways to end is usual; anywhere else the way back from the state would be a guess.
    if (owner !== undefined && !(isTerminal(owner.category) && isTerminal(route.category))) {
      add(keys, `"${state}" already stands for the route ${owner.name}`);
    }
    checkWritten(sources, keys, route, mentions.get(stateKey(state)), add);
    if (owner === undefined) owners.set(stateKey(state), route);
    claimed.set(name, state.trim());
  }
  return claimed;
}

function checkWritten(
  sources: StateSources,
  keys: KeyPath,
  route: ProfileRoute,
  mention: Mention | undefined,
  add: Report,
): void {
  if (mention === undefined || mention.listed === null) {
    const side = sideOf(route.category);
    if (side !== null && isListGiven(sources, route.category)) {
      add(keys, `the route ${route.name} is ${route.category}, but ${side}_states does not list its state`);
    }
  }
  if (mention !== undefined && !fits(route.category, mention)) {
    add(keys, `the route ${route.name} is ${route.category}, but its state is given as ${categoryOf(mention)}`);
  }
}

/** Routes that work is moved to need a state, and an agent must be able to start somewhere. */
function checkNeeded(sources: StateSources, states: readonly TrackerState[], add: Report): void {
  const { routes, completion } = sources;
  const isMapped = (name: string): boolean => states.some(({ route }) => route === name);
  const targets = routes.flatMap(({ name, target }) => (target !== null && isMapped(name) ? [target] : []));
  const landed = completion.landedRoute === null ? [] : [completion.landedRoute];
  for (const name of new Set([...targets, ...completion.routes, ...landed])) {
    if (isMapped(name)) continue;
    const hint = `set tracker.lifecycle.raw_state_by_route_key.${name}`;
    add(["raw_state_by_route_key"], `issues are moved to the route ${name}, but no tracker state stands for it`, hint);
  }
  const starts = routes.filter(({ action }) => action === "dispatch" || action === "transition_then_dispatch");
  if (!starts.some(({ name }) => isMapped(name))) {
    add(["active_states"], "no tracker state lets an agent start");
  }
}

function categoryOf({ phase, listed }: Mention): Category | null {
  if (phase !== null) return phase;
  if (listed === null) return null;
  return listed === "active" ? "in_progress" : "done";
}

/** Whether a route of this category may have the state: the phase decides exactly, a list only its side. */
function fits(category: Category, { phase, listed }: Mention): boolean {
  return phase === null ? sideOf(category) === listed : phase === category;
}

function sideOf(category: Category): "active" | "terminal" | null {
  if (ACTIVE_CATEGORIES.includes(category)) return "active";
  return isTerminal(category) ? "terminal" : null;
}

function isTerminal(category: Category): boolean {
  return TERMINAL_CATEGORIES.includes(category);
}

function isListGiven({ lifecycle }: StateSources, category: Category): boolean {
  const side = sideOf(category);
  return side !== null && lifecycle[`${side}_states`] !== undefined;
}
