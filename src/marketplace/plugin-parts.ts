import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { PluginParts, RunningParts } from "../contracts/plugin-parts.ts";
import type { McpServer } from "../model/mcp-server.ts";
import type { PluginHook } from "../model/hooks.ts";
import { requireConsent } from "./consents.ts";
import { dataFolder } from "./kept-plugins.ts";
import type { Plugin } from "./plugin.ts";
import type { McpServer as WrittenServer } from "./schema.ts";

/** Makes the folder that a plugin's data lies in, and goes to the next arguments: a folder, a program, its arguments. */
const START = 'mkdir -p -- "$PLUGIN_DATA" 2>/dev/null; cd -- "$1" && shift && exec "$@"';

/** What these plugins bring to a workflow beside kinds. */
export function partsOf(plugins: readonly Plugin[], home: string, clock: Clock): PluginParts {
  const folders = (key: "profiles" | "templates") =>
    plugins.flatMap(({ directory, maestro }) => {
      const folder = maestro?.[key];
      return folder === undefined ? [] : [join(directory, folder)];
    });
  return {
    profiles: folders("profiles"),
    templates: folders("templates"),
    running: async () => {
      const all: RunningParts[] = [];
      for (const plugin of plugins) all.push(await runningOf(plugin, home, clock));
      return { hooks: all.flatMap(({ hooks }) => hooks), mcpServers: all.flatMap(({ mcpServers }) => mcpServers) };
    },
  };
}

async function runningOf(plugin: Plugin, home: string, clock: Clock): Promise<RunningParts> {
  const { name, directory, maestro, mcpServers } = plugin;
  const places = { PLUGIN_ROOT: directory, PLUGIN_DATA: dataFolder(home, name) };
  const hooks = hooksOf(name, maestro?.hooks ?? {}, places);
  const servers = Object.entries(mcpServers).map(([server, written]) => serverOf(`${name}-${server}`, written, places));
  if (hooks.length + servers.length > 0) await requireConsent(plugin, home, clock);
  return { hooks, mcpServers: servers };
}

interface Places {
  readonly PLUGIN_ROOT: string;
  readonly PLUGIN_DATA: string;
}

type HookFiles = { readonly [Hook in PluginHook["hook"]]?: string };

function hooksOf(plugin: string, files: HookFiles, places: Places): readonly PluginHook[] {
  return (["after_create", "before_run", "after_run", "before_remove"] as const).flatMap((hook) => {
    const file = files[hook];
    if (file === undefined) return [];
    const variables = Object.entries(places).map(([name, value]) => `${name}=${quoted(value)}`);
    const program = quoted(join(places.PLUGIN_ROOT, file));
    const script = `export ${variables.join(" ")}\nmkdir -p -- "$PLUGIN_DATA" && exec ${program}`;
    return [{ plugin, hook, script }];
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function serverOf(name: string, server: WrittenServer, places: Places): McpServer {
  const safe = name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "-");
  if (server.type !== "stdio") {
    const { url, headers = {}, type } = server;
    return { type: type === "sse" ? "sse" : "http", name: safe, url, headers };
  }
  const { command, args = [], env = {}, cwd = "./" } = server;
  const expanded = Object.entries(env).map(([key, value]) => [key, expand(value, places)]);
  const folder = cwd.startsWith("./") ? join(places.PLUGIN_ROOT, cwd) : expand(cwd, places);
  const program = command.startsWith("./") ? join(places.PLUGIN_ROOT, command) : command;
  return {
    type: "stdio",
    name: safe,
    // Not every client can be told a folder.
    command: "sh",
    args: ["-c", START, "sh", folder, program, ...args.map((arg) => expand(arg, places))],
    env: { ...Object.fromEntries(expanded), ...places },
  };
}

/** Once: what a value brings in is not looked at again. */
function expand(text: string, places: Places): string {
  return text.replaceAll(/\$\{(PLUGIN_ROOT|PLUGIN_DATA)\}/g, (_, name: string) =>
    name === "PLUGIN_ROOT" ? places.PLUGIN_ROOT : places.PLUGIN_DATA,
  );
}
