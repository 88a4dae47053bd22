import type { Clock } from "../base/clock.ts";
import { openKept } from "./kept-plugins.ts";
import { type LockedPlugin, projectLock, userLock } from "./lock-file.ts";
import type { Plugin } from "./plugin.ts";

/** A plugin that is in use for a project. */
export interface UsedPlugin {
  readonly plugin: Plugin;
  readonly locked: LockedPlugin;
  readonly scope: "project" | "user";
}

/**
 * The plugins in use for a project: those that its lock and the user's switch on; the project's word on a name outweighs the user's. Throws
 * `plugin_not_installed`, `plugin_tampered`, `plugin_invalid`, `kept_file_invalid`: a plugin that is asked for and not there is never skipped.
 */
export async function usedPlugins(place: {
  readonly home: string;
  readonly directory: string;
  readonly clock: Clock;
}): Promise<readonly UsedPlugin[]> {
  const { home, directory, clock } = place;
  const ofProject = (await projectLock(directory, home, clock).file.read()).plugins;
  const ofUser = (await userLock(home, clock).file.read()).plugins;
  const all = [
    ...Object.entries(ofProject).map(([name, locked]) => ({ name, locked, scope: "project" as const })),
    ...Object.entries(ofUser)
      .filter(([name]) => !(name in ofProject))
      .map(([name, locked]) => ({ name, locked, scope: "user" as const })),
  ].filter(({ locked }) => locked.enabled);
  return Promise.all(
    all.map(async ({ name, locked, scope }) => ({ plugin: await openKept(home, name, locked), locked, scope })),
  );
}
