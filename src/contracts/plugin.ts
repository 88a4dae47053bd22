import type { MaestroError, MaestroErrorInit } from "../base/errors.ts";
import type { AgentProviderKind } from "./agent-provider.ts";
import type { ForgeProvider } from "./forge.ts";
import type { RuntimeProvider } from "./runtime.ts";
import type { Tool } from "./tool.ts";
import type { TrackerProvider } from "./tracker.ts";

/** One version for all axes: within a major only optional members are added, each with a new minor (docs/decisions/plugins.md). */
export const PLUGIN_API_VERSION = "1.0";

/**
 * What a plugin's code is handed. Each call registers one kind under the plugin's name; it must be one that the manifest announces
 * in `provides`, else `plugin_undeclared` is thrown. Nothing is called back before a workflow names the kind.
 */
export interface PluginApi {
  /** `PLUGIN_API_VERSION` of the host. */
  readonly version: string;
  tracker(provider: TrackerProvider): void;
  forge(provider: ForgeProvider): void;
  agent(kind: AgentProviderKind): void;
  placement(provider: RuntimeProvider): void;
  /** A tool that profiles can name. */
  tool(tool: Tool): void;
  /** Makes the error that contracts ask for, so that a plugin needs no code of ours. */
  error(init: MaestroErrorInit): MaestroError;
}

/** What a plugin's code file exports. `activate` is called once per process, before the first of its kinds is used; it may throw. */
export interface PluginModule {
  activate(api: PluginApi): void | Promise<void>;
}
