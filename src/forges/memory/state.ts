import type { Change } from "../../model/change.ts";

/** Everything that the forge knows. Never modified, only replaced. */
export interface MemoryForgeState {
  readonly branches: ReadonlyMap<string, string>;
  /** By number, oldest first. Heads of open ones are those that were last looked at: `toChange` has the present ones. */
  readonly changes: readonly Change[];
}

/** Nothing has happened yet. */
export const EMPTY_STATE: MemoryForgeState = { branches: new Map(), changes: [] };

/** What a call makes of the state; without `next` nothing happens. */
export interface StateChange<T> {
  readonly next?: MemoryForgeState;
  readonly result: T;
}

/** The state with a branch at another commit; `null` removes it. */
export function withBranch(state: MemoryForgeState, branch: string, sha: string | null): MemoryForgeState {
  const branches = new Map(state.branches);
  if (sha === null) branches.delete(branch);
  else branches.set(branch, sha);
  return { ...state, branches };
}

/** The state with one change replaced, or added when it is new. */
export function withChange(state: MemoryForgeState, change: Change): MemoryForgeState {
  const at = state.changes.findIndex(({ id }) => id === change.id);
  const changes = at === -1 ? [...state.changes, change] : state.changes.with(at, change);
  return { ...state, changes };
}

/** The state after the open changes of a branch were closed as they stand. */
export function withClosed(state: MemoryForgeState, shown: readonly Change[], at: number): MemoryForgeState {
  return shown
    .filter((change) => change.state === "open")
    .reduce((next, change) => withChange(next, { ...change, state: "closed", updatedAt: at }), state);
}
