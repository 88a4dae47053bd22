import { MaestroError } from "../../base/errors.ts";
import { nearestOf } from "../../base/nearest.ts";
import { sameState } from "../../model/issue.ts";
import { activeStates, type Workflow } from "../../model/workflow.ts";

/** The tracker's spelling of a state that a person typed. Throws `unknown_state` for one that the workflow does not name. */
export function knownState(workflow: Workflow, typed: string): string {
  const names = workflow.tracker.states.map((state) => state.name);
  const found = names.find((name) => sameState(name, typed));
  if (found !== undefined) return found;
  const nearest = nearestOf(typed, names);
  throw new MaestroError({
    code: "unknown_state",
    message: `The workflow names no state "${typed}"; it names ${names.join(", ")}.`,
    hint: nearest === undefined ? "`tracker.lifecycle` in the workflow file names more." : `Did you mean "${nearest}"?`,
    facts: { state: typed, known: names },
  });
}

/** Where a new issue begins: the first state that is to be done, else the first in which work may happen. */
export function firstState(workflow: Workflow): string | undefined {
  return workflow.tracker.states.find((state) => state.category === "todo")?.name ?? activeStates(workflow)[0];
}
