import type { Clock } from "./base/clock.ts";
import { MaestroError } from "./base/errors.ts";
import type { WorkflowKinds } from "./workflow/index.ts";

/** Whose plugins are meant: those of the project in `directory` and of the user with this `home`. */
export interface PluginPlace {
  readonly home: string;
  readonly directory: string;
  readonly clock: Clock;
}

/** These kinds with what the plugins in use for a project bring. Throws the codes of `usedPlugins`, and `duplicate_kind`. */
export async function addPluginKinds(kinds: WorkflowKinds, place: PluginPlace): Promise<WorkflowKinds> {
  const { partsOf, registerPlugin, usedPlugins } = await import("./marketplace/index.ts");
  const used = (await usedPlugins(place)).map(({ plugin }) => plugin);
  if (used.length === 0) return kinds;
  for (const plugin of used) registerPlugin(plugin, kinds, place.home, place.clock);
  if (kinds.tools.kinds().length > 0) await refuseOwnNames(kinds);
  return { ...kinds, parts: partsOf(used, place.home, place.clock) };
}

/** Profiles name tools of plugins and of Maestro alike. */
async function refuseOwnNames({ tools }: WorkflowKinds): Promise<void> {
  const { toolNames } = await import("./tools/index.ts");
  const taken = tools.kinds().find((name) => toolNames().includes(name));
  if (taken === undefined) return;
  throw new MaestroError({
    code: "duplicate_kind",
    message: `A plugin brings a tool "${taken}", which is the name of one of Maestro's own.`,
    hint: "`maestro plugins list` shows the plugins; disable the one that brings it.",
  });
}

/** Where the plugins in use for a project keep parts of templates. Throws the codes of `usedPlugins`. */
export async function pluginTemplates(place: PluginPlace): Promise<readonly string[]> {
  const { partsOf, usedPlugins } = await import("./marketplace/index.ts");
  const used = (await usedPlugins(place)).map(({ plugin }) => plugin);
  return partsOf(used, place.home, place.clock).templates;
}
