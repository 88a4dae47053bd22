import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../base/clock.ts";
import { MaestroError, messageOf } from "../base/errors.ts";
import type { AgentProviderKind } from "../contracts/agent-provider.ts";
import type { ForgeProvider } from "../contracts/forge.ts";
import { PLUGIN_API_VERSION, type PluginApi, type PluginModule } from "../contracts/plugin.ts";
import type { RuntimeProvider } from "../contracts/runtime.ts";
import type { Registry } from "../contracts/registry.ts";
import type { Tool } from "../contracts/tool.ts";
import type { TrackerProvider } from "../contracts/tracker.ts";
import { requireConsent } from "./consents.ts";
import type { Plugin } from "./plugin.ts";

/** The registries that a plugin's kinds go into. */
export interface PluginRegistries {
  readonly trackers: Registry<TrackerProvider>;
  readonly forges: Registry<ForgeProvider>;
  readonly agents: Registry<AgentProviderKind>;
  readonly placements: Registry<RuntimeProvider>;
  readonly tools: Registry<Tool>;
}

type Axis = keyof PluginRegistries;
type Provided = { readonly [A in Axis]: Map<string, PluginRegistries[A] extends Registry<infer T> ? T : never> };

/**
 * Registers what a plugin announces, under its name. Its code is loaded when the first of its kinds is asked for; loading throws
 * `consent_missing`, `plugin_failed`, `plugin_undeclared`. Registering throws `duplicate_kind`.
 */
export function registerPlugin(plugin: Plugin, registries: PluginRegistries, home: string, clock: Clock): void {
  const { maestro, name } = plugin;
  if (maestro?.code === undefined) return;
  let loaded: Promise<Provided> | undefined;
  const load = (): Promise<Provided> => {
    loaded ??= loadCode(plugin, home, clock);
    return loaded;
  };
  const announce = <T>(
    registry: Registry<T>,
    kinds: readonly string[] = [],
    of: (all: Provided) => Map<string, T>,
  ): void => {
    for (const kind of kinds) {
      registry.register({ kind, source: name, load: async () => found(of(await load()), plugin, kind) });
    }
  };
  const { provides = {} } = maestro;
  announce(registries.trackers, provides.trackers, (all) => all.trackers);
  announce(registries.forges, provides.forges, (all) => all.forges);
  announce(registries.agents, provides.agents, (all) => all.agents);
  announce(registries.placements, provides.placements, (all) => all.placements);
  announce(registries.tools, provides.tools, (all) => all.tools);
}

function found<T>(kinds: ReadonlyMap<string, T>, { name }: Plugin, kind: string): T {
  const provider = kinds.get(kind);
  if (provider !== undefined) return provider;
  throw new MaestroError({
    code: "plugin_undeclared",
    message: `The plugin ${name} announces "${kind}" in its manifest, but its code does not register it.`,
    facts: { plugin: name, kind },
  });
}

async function loadCode(plugin: Plugin, home: string, clock: Clock): Promise<Provided> {
  const { name, version, maestro, directory } = plugin;
  await requireConsent(plugin, home, clock);
  const provided: Provided = {
    trackers: new Map(),
    forges: new Map(),
    agents: new Map(),
    placements: new Map(),
    tools: new Map(),
  };
  try {
    const module: unknown = await import(pathToFileURL(join(directory, maestro?.code ?? "")).href);
    if (!isPluginModule(module)) throw new Error("it exports no function activate(api)");
    await module.activate(apiFor(plugin, provided));
    return provided;
  } catch (error) {
    throw new MaestroError({
      code: "plugin_failed",
      message: `The plugin ${name} ${version} could not be loaded: ${messageOf(error)}`,
      hint: `maestro plugins disable ${name}`,
      facts: { plugin: name },
      cause: error,
    });
  }
}

function isPluginModule(module: unknown): module is PluginModule {
  return typeof module === "object" && module !== null && "activate" in module && typeof module.activate === "function";
}

function apiFor({ name, maestro }: Plugin, provided: Provided): PluginApi {
  const add = <T>(axis: Axis, kinds: Map<string, T>, kind: string, provider: T): void => {
    if (maestro?.provides?.[axis]?.includes(kind) !== true) {
      throw new MaestroError({
        code: "plugin_undeclared",
        message: `The plugin ${name} registers "${kind}", which its manifest does not announce under provides.${axis}.`,
        facts: { plugin: name, kind },
      });
    }
    kinds.set(kind, provider);
  };
  return {
    version: PLUGIN_API_VERSION,
    tracker: (provider) => add("trackers", provided.trackers, provider.kind, provider),
    forge: (provider) => add("forges", provided.forges, provider.kind, provider),
    agent: (kind) => add("agents", provided.agents, kind.kind, kind),
    placement: (provider) => add("placements", provided.placements, provider.kind, provider),
    tool: (tool) => add("tools", provided.tools, tool.name, tool),
    error: (init) => new MaestroError(init),
  };
}
