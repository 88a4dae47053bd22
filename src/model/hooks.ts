/** The operator's shell scripts, run with `sh -lc` in the workspace (S-154). */
export interface Hooks {
  readonly afterCreate: string | null;
  readonly beforeRun: string | null;
  readonly afterRun: string | null;
  readonly beforeRemove: string | null;
  readonly timeoutMs: number;
  /** Added to the environment of hooks. */
  readonly env: Readonly<Record<string, string>>;
  /** Those of plugins; each runs before the workflow's own. Absent: none. */
  readonly plugins?: readonly PluginHook[];
}

/** A hook that a plugin brings. */
export interface PluginHook {
  readonly plugin: string;
  readonly hook: "after_create" | "before_run" | "after_run" | "before_remove";
  /** For `sh`, like the workflow's own scripts. */
  readonly script: string;
}

/** A hook by its name in the workflow file. */
export type HookName = PluginHook["hook"];

/** One script of a hook. */
export interface HookScript {
  /** The hook's name; a plugin's is `plugin:hook`. */
  readonly name: string;
  /** For `sh -lc`. */
  readonly script: string;
}

/** What runs for a hook, in this order: those of plugins, on which a workflow's own may build, then the workflow's. */
export function hookScripts(hooks: Hooks, hook: HookName): readonly HookScript[] {
  const own = {
    after_create: hooks.afterCreate,
    before_run: hooks.beforeRun,
    after_run: hooks.afterRun,
    before_remove: hooks.beforeRemove,
  }[hook];
  const ofPlugins = (hooks.plugins ?? []).filter((one) => one.hook === hook);
  return [
    ...ofPlugins.map(({ plugin, script }) => ({ name: `${plugin}:${hook}`, script })),
    ...(own === null ? [] : [{ name: hook, script: own }]),
  ];
}
