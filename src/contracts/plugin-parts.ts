import type { McpServer } from "../model/mcp-server.ts";
import type { PluginHook } from "../model/hooks.ts";

/** What plugins bring to a workflow beside the kinds that it can name. */
export interface PluginParts {
  /** Folders with profiles, absolute; looked through behind the project's own and before the packaged one. */
  readonly profiles: readonly string[];
  /** Folders with parts of templates, likewise. */
  readonly templates: readonly string[];
  /** What runs beside the work whatever the workflow says. Throws `consent_missing` when nobody on this machine has consented to it. */
  running(): Promise<RunningParts>;
}

/** Hooks and MCP servers of plugins. */
export interface RunningParts {
  readonly hooks: readonly PluginHook[];
  readonly mcpServers: readonly McpServer[];
}
