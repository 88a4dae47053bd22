import { sameState, stateKey } from "../../model/issue.ts";

// How the labels of an issue and its being open or closed make a state, and the other way round. Pure.

/** Where states come from. */
export interface StateRules {
  /** Otherwise an issue is only open or closed. */
  readonly isByLabels: boolean;
  /** What the labels of states begin with. */
  readonly prefix: string;
  /** Labels of states that have other ones, by the state's name. */
  readonly labels: Readonly<Record<string, string>>;
  /** States whose issues are closed. */
  readonly closed: readonly string[];
}

/** What an issue says about its state. */
export interface StateSigns {
  readonly isOpen: boolean;
  readonly labels: readonly string[];
}

/** The state of an open issue that nothing says more about. */
export const OPEN = "Open";
/** The state of a closed issue that nothing says more about. */
export const CLOSED = "Closed";

/** The state of an issue. Of several labels that name one, the first by alphabet counts until somebody puts it right. */
export function stateOf(rules: StateRules, { isOpen, labels }: StateSigns): string {
  const named = stateLabels(rules, labels).flatMap((label) => nameOf(rules, label) ?? []);
  const [state] = named.filter((name) => isOpen || isClosing(rules, name)).sort();
  return state ?? (isOpen ? OPEN : CLOSED);
}

/** Those labels that name a state. */
export function stateLabels(rules: StateRules, labels: readonly string[]): string[] {
  return labels.filter((label) => nameOf(rules, label) !== undefined);
}

/** The state that a label names. */
export function nameOf(rules: StateRules, label: string): string | undefined {
  if (!rules.isByLabels) return undefined;
  const given = Object.entries(rules.labels).find(([, other]) => sameState(other, label));
  if (given !== undefined) return given[0].trim();
  if (!label.toLowerCase().startsWith(rules.prefix.toLowerCase())) return undefined;
  const name = label.slice(rules.prefix.length).trim();
  return name === "" ? undefined : name;
}

/** The label of a state; `null` for those that need none, `undefined` when there is no such state. */
export function labelOf(rules: StateRules, state: string): string | null | undefined {
  if (sameState(state, OPEN) || sameState(state, CLOSED)) return null;
  if (!rules.isByLabels) return undefined;
  const given = Object.entries(rules.labels).find(([name]) => sameState(name, state));
  return given?.[1] ?? `${rules.prefix}${state.trim()}`;
}

/** Whether issues in this state are closed. */
export function isClosing(rules: StateRules, state: string): boolean {
  return sameState(state, CLOSED) || rules.closed.some((name) => sameState(name, state));
}

/** Why an issue is closed, in GitHub's words. */
export function closingReason(state: string): "completed" | "not_planned" {
  return /^(?:cancell?ed|duplicate|won'?t ?(?:do|fix)|not[ _]planned)$/.test(stateKey(state))
    ? "not_planned"
    : "completed";
}
