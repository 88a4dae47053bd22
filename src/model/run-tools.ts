import { toolsOnRoute } from "./profile.ts";
import type { RunPurpose } from "./run.ts";
import { routeOf, type Workflow } from "./workflow.ts";

/**
 * The tools that a run may get, as far as tracker and forge can do what they need: what the profile allows on the route, what the
 * workflow adds, and the end of a repair only in one.
 */
export function toolsOfRun(workflow: Workflow, state: string, purpose: RunPurpose): readonly string[] {
  const given = toolsOnRoute(workflow.profile, routeOf(workflow, state));
  const names = [...new Set([...given, ...(workflow.tools?.enable ?? [])])];
  return purpose === "repair" ? names : names.filter((name) => name !== "run_repair_done");
}
