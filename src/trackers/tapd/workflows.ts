import type { LifecycleNeeds } from "../../contracts/tracker.ts";
import { sameState, stateKey } from "../../model/issue.ts";
import type { Entity } from "./entities.ts";
import { noWay, unknownState } from "./errors.ts";

// What TAPD's workflows allow. Pure.

/** The serial workflow of a type of stories, or of the workspace's bugs. */
export interface TapdWorkflow {
  readonly entity: Entity;
  /** `null` for bugs. */
  readonly typeId: string | null;
  readonly name: string;
  /** Key to the name that people see. */
  readonly statuses: ReadonlyMap<string, string>;
  /** Keys of those that end an item. */
  readonly finals: ReadonlySet<string>;
  readonly ways: readonly Way[];
}

/** One transition. */
export interface Way {
  readonly from: string;
  readonly to: string;
  /** Fields that must hold something then. */
  readonly requires: readonly string[];
}

/** The workflow that an item is in; `undefined` when its type is out of scope. */
export function workflowOf(
  workflows: readonly TapdWorkflow[],
  entity: Entity,
  typeId: string | null | undefined,
): TapdWorkflow | undefined {
  return workflows.find((one) => one.entity === entity && (entity === "bug" || one.typeId === typeId));
}

/** A status as the workflow spells its key; `undefined` when it has none like it. */
export function keyIn({ statuses }: TapdWorkflow, state: string): string | undefined {
  return [...statuses.keys()].find((key) => sameState(key, state));
}

/** All statuses of all workflows; of a key that several have, the first name. */
export function allStatuses(workflows: readonly TapdWorkflow[]): Map<string, string> {
  return new Map(workflows.toReversed().flatMap(({ statuses }) => [...statuses]));
}

/**
 * The shortest way from one status to another as the statuses to go through, the last one included. Between them only those that `needs` names, and
 * none that ends an item. `undefined`: there is none.
 */
export function route(
  workflow: TapdWorkflow,
  { from, to, needs }: { readonly from: string; readonly to: string; readonly needs: LifecycleNeeds | undefined },
): string[] | undefined {
  const named = needs === undefined ? null : new Set(needs.states.map(stateKey));
  const mayPass = (status: string): boolean =>
    !workflow.finals.has(status) && (named === null || named.has(stateKey(status)));
  const paths: string[][] = [[from]];
  const seen = new Set([from]);
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const here = path.at(-1);
    const next = workflow.ways.filter((way) => way.from === here).map((way) => way.to);
    if (next.includes(to)) return [...path.slice(1), to];
    for (const status of next) {
      if (seen.has(status) || !mayPass(status)) continue;
      seen.add(status);
      paths.push([...path, status]);
    }
  }
  return undefined;
}

/** Throws `tracker_invalid_config` for a state that no workflow has, and for a move that one of them does not allow. */
export function checkNeeds(workflows: readonly TapdWorkflow[], needs: LifecycleNeeds): void {
  for (const state of needs.states) {
    if (workflows.some((workflow) => keyIn(workflow, state) !== undefined)) continue;
    throw unknownState(state, allStatuses(workflows), "tracker.lifecycle");
  }
  for (const workflow of workflows) {
    for (const move of needs.moves) {
      const [from, to] = [keyIn(workflow, move.from), keyIn(workflow, move.to)];
      if (from === undefined || to === undefined || from === to) continue;
      if (route(workflow, { from, to, needs }) === undefined) throw noWay(workflow, from, to, "tracker.lifecycle");
    }
  }
}
