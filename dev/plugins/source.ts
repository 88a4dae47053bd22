import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import type { JsonObject } from "../../src/base/json.ts";

/** What a plugin of ours is made from: its `source.yaml`. */
export interface PluginSource {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly category: string;
  readonly interface: {
    readonly display_name: string;
    readonly short_description: string;
    readonly long_description: string;
    readonly capabilities: readonly string[];
    /** At most three of at most 128 characters. */
    readonly default_prompts: readonly string[];
  };
  /** Skills of the repository that are copied into the plugin. */
  readonly skills: readonly string[];
  /** What stands under `extensions["dev.maestro"]`. */
  readonly maestro?: JsonObject;
  /** A module below the plugin's folder that is bundled into `maestro.code`. */
  readonly entry?: string;
  /** Servers of `mcp.json`, by name. */
  readonly mcp_servers?: JsonObject;
}

const KEYS = [
  ...["name", "version", "description", "keywords", "category", "interface", "skills"],
  ...["maestro", "entry", "mcp_servers"],
];

/** Reads a plugin's source. Throws an Error that names the file and what is wrong with it. */
export function readPluginSource(folder: string): PluginSource {
  const file = join(folder, "source.yaml");
  const data = parse(readFileSync(file, "utf8")) as PluginSource;
  const unknown = Object.keys(data).filter((key) => !KEYS.includes(key));
  if (unknown.length > 0) throw new Error(`${file}: not known: ${unknown.join(", ")}`);
  for (const key of ["name", "version", "description", "category", "interface"] as const) {
    if (data[key] === undefined) throw new Error(`${file}: ${key} is missing`);
  }
  if (data.name !== basename(folder)) throw new Error(`${file}: name must be "${basename(folder)}"`);
  return { ...data, keywords: data.keywords ?? [], skills: data.skills ?? [] };
}
