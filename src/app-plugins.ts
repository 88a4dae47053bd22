import type { Clock } from "./base/clock.ts";
import type { WorkflowKinds } from "./workflow/index.ts";

/** Adds what the plugins in use for a project bring. Throws the codes of `usedPlugins`, and `duplicate_kind`. */
export async function addPluginKinds(
  kinds: WorkflowKinds,
  place: { readonly home: string; readonly directory: string; readonly clock: Clock },
): Promise<WorkflowKinds> {
  const { registerPlugin, usedPlugins } = await import("./marketplace/index.ts");
  const used = await usedPlugins(place);
  for (const { plugin } of used) registerPlugin(plugin, kinds, place.home, place.clock);
  return kinds;
}
