import type { PluginSource } from "./source.ts";

const AUTHOR = { name: "Maestro" };
const LICENSE = "Apache-2.0";
const SCHEMAS = "https://agent-plugins.org/schemas/1.0.0";
const CATALOGUE = "maestro";
const ABOUT = "Skills and plugins that come with Maestro";

/** Every manifest of a plugin, by its path in the plugin's folder. */
export function manifestsOf(source: PluginSource): Readonly<Record<string, unknown>> {
  const { name, version, description, keywords, maestro, mcp_servers: servers } = source;
  const common = { name, version, description, author: AUTHOR, license: LICENSE, keywords };
  const extensions = maestro === undefined ? {} : { extensions: { "dev.maestro": maestro } };
  const hasServers = servers !== undefined;
  return {
    "plugin.json": { $schema: `${SCHEMAS}/plugin.schema.json`, ...common, ...extensions },
    ".codex-plugin/plugin.json": {
      ...common,
      skills: "./skills/",
      ...(hasServers ? { mcpServers: "./.mcp.json" } : {}),
      interface: interfaceOf(source),
    },
    ".claude-plugin/plugin.json": common,
    "gemini-extension.json": { name, version, description, ...(hasServers ? { mcpServers: servers } : {}) },
    ...(hasServers
      ? {
          "mcp.json": { $schema: `${SCHEMAS}/mcp.schema.json`, mcpServers: servers },
          ".mcp.json": { mcpServers: servers },
        }
      : {}),
  };
}

function interfaceOf({ interface: shown, category }: PluginSource) {
  return {
    displayName: shown.display_name,
    shortDescription: shown.short_description,
    longDescription: shown.long_description,
    developerName: AUTHOR.name,
    category,
    capabilities: shown.capabilities,
    defaultPrompt: shown.default_prompts,
  };
}

/** Both catalogues of the repository, by their path in it. */
export function cataloguesOf(sources: readonly PluginSource[]): Readonly<Record<string, unknown>> {
  return {
    ".agents/plugins/marketplace.json": {
      name: CATALOGUE,
      interface: { displayName: "Maestro" },
      plugins: sources.map(({ name, description, category, keywords }) => ({
        name,
        description,
        source: { source: "local", path: `./plugins/${name}` },
        policy: { installation: "AVAILABLE", authentication: "ON_INSTALL" },
        category,
        keywords,
      })),
    },
    ".claude-plugin/marketplace.json": {
      name: CATALOGUE,
      owner: AUTHOR,
      metadata: { description: ABOUT },
      plugins: sources.map(({ name, version, description, keywords }) => ({
        name,
        version,
        description,
        source: `./plugins/${name}`,
        category: "development",
        keywords,
      })),
    },
  };
}
