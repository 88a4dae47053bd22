import { withDeadline } from "../../base/abort.ts";
import { nearestOf } from "../../base/nearest.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { Tracker } from "../../contracts/tracker.ts";
import { sameState, stateKey } from "../../model/issue.ts";
import { activeStates, isActive, type Workflow } from "../../model/workflow.ts";
import { using } from "../reading.ts";
import { type Check, CHECK_LIMIT_MS, type DoctorPlace, fail, failed, ok, warn } from "./check.ts";

const MEND = "`maestro smoke tracker` tries it step by step.";

/** The tracker: reached with its token, and with the states and labels that the workflow speaks of. Writes nothing. */
export async function checkTracker({ app, project, signal }: DoctorPlace, workflow: Workflow): Promise<Check[]> {
  if (project instanceof Error) return [];
  try {
    return await using(await app.tracker(project), async (tracker) => {
      const bounded = <T>(work: (options: CallOptions) => Promise<T>): Promise<T> =>
        withDeadline(app.clock, CHECK_LIMIT_MS, signal, (limited) => work({ signal: limited }));
      await bounded((options) => tracker.health(options));
      return [
        ok("tracker", `the tracker "${tracker.kind}" can be reached and read`),
        ...(await bounded((options) => checkStates(tracker, workflow, options))),
        ...(await bounded((options) => checkLabels(tracker, workflow, options))),
      ];
    });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return [failed("tracker", thrown, MEND)];
  }
}

/** A state in which work is to happen, or that issues are moved to, has to be one of the tracker's. */
async function checkStates(tracker: Tracker, workflow: Workflow, options: CallOptions): Promise<Check[]> {
  if (tracker.states === undefined) return [];
  const known = (await tracker.states(options)).map(({ name }) => name);
  const missing = workflow.tracker.states.filter(({ name }) => !known.some((state) => sameState(state, name)));
  if (missing.length === 0) return [ok("states", `its states are there: ${known.join(", ")}`)];
  const isMade = tracker.capabilities.makesStates === true;
  const isAnyActive = activeStates(workflow).some((name) => known.some((state) => sameState(state, name)));
  if (isMade && isAnyActive) {
    const names = missing.map(({ name }) => `"${name}"`).join(", ");
    return [ok("states", `its states are there: ${known.join(", ")}; ${names} is made when an issue is moved there`)];
  }
  return missing.map(({ name, route }) => {
    const nearest = nearestOf(stateKey(name), known.map(stateKey));
    const hint =
      nearest === undefined ? "" : ` Perhaps "${known.find((state) => stateKey(state) === nearest)}" is meant.`;
    const what = `the tracker has no state "${name}"; it has ${known.join(", ")}`;
    const mend = `Add the state to the tracker, or name the right one in tracker.lifecycle.${hint}`;
    const isNeeded = isActive(workflow, name) ? !isAnyActive : route !== null && moved(workflow).has(route);
    return isNeeded
      ? fail(`state_${stateKey(name)}`, "tracker_status", what, mend)
      : warn(`state_${stateKey(name)}`, what, mend);
  });
}

/** The routes that issues are moved to. */
function moved({ profile }: Workflow): ReadonlySet<string> {
  const targets = profile.routes.flatMap(({ target }) => target ?? []);
  const { routes, landedRoute } = profile.completion;
  return new Set([...targets, ...routes, ...(landedRoute === null ? [] : [landedRoute])]);
}

/** A label that every issue has to carry has to be there; Maestro makes its own. */
async function checkLabels(tracker: Tracker, workflow: Workflow, options: CallOptions): Promise<Check[]> {
  if (tracker.labels === undefined) return [];
  const known = await tracker.labels(options);
  const has = (label: string): boolean => known.some((name) => stateKey(name) === stateKey(label));
  const { requiredLabels, optOutLabel, needsAttentionLabel } = workflow.tracker;
  const missing = requiredLabels.filter((label) => !has(label));
  if (missing.length > 0)
    return missing.map((label) =>
      fail(
        `label_${label}`,
        "tracker_status",
        `no issue can carry the label "${label}" of tracker.required_labels: the tracker has none of that name`,
        "Make the label in the tracker and put it on the issues that Maestro may work on.",
      ),
    );
  const own = [optOutLabel, needsAttentionLabel].filter((label) => !has(label));
  const made = own.length === 0 ? "" : `; ${own.map((label) => `"${label}"`).join(", ")} is made when it is needed`;
  return [ok("labels", `the labels that the workflow asks for are there${made}`)];
}
