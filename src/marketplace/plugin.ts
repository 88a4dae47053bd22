import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject } from "../base/json.ts";
import { contentHash } from "./content-hash.ts";
import { checkClientManifests } from "./client-manifests.ts";
import { contain } from "./contained.ts";
import { type Finding, Findings } from "./finding.ts";
import { addSchemaFindings, type LocatedFile, readLocated } from "./located-file.ts";
import { type McpServers, readMcp } from "./mcp.ts";
import { checkApiRange } from "./api-range.ts";
import { validateMaestroExtension, validatePluginManifest } from "./schema.gen.ts";
import type { MaestroExtension, PluginManifest } from "./schema.ts";
import { readSkills, type Skill } from "./skill.ts";

/** A plugin that can be used; what of it was faulty is left out and stands in the findings. */
export interface Plugin {
  readonly name: string;
  /** `0.0.0` when the manifest names none. */
  readonly version: string;
  readonly manifest: PluginManifest;
  /** What it brings for Maestro itself; `null` for a plugin of skills and MCP servers. */
  readonly maestro: MaestroExtension | null;
  readonly skills: readonly Skill[];
  readonly mcpServers: McpServers;
  /** Absolute path of its folder. */
  readonly directory: string;
  readonly contentHash: string;
}

/** What a look at a plugin's folder gave. `plugin` is missing when its manifest is refused. */
export interface PluginReading {
  readonly plugin?: Plugin;
  readonly findings: readonly Finding[];
}

/** Where Maestro's own part stands in a manifest. */
export const EXTENSION = "dev.maestro";
const MANIFEST = "plugin.json";
const MANIFEST_KEYS = [
  ...["$schema", "name", "version", "description", "author", "homepage", "repository", "license", "keywords"],
  "extensions",
];

/**
 * Reads and checks a plugin's folder by the narrowest failure boundary: a bad manifest refuses the plugin, a bad skill or MCP server
 * only itself. Nothing is fetched, nothing is run. Throws system errors of unreadable files and `too_many_files`.
 */
export async function readPlugin(directory: string): Promise<PluginReading> {
  const findings = new Findings();
  const located = await readLocated(join(directory, MANIFEST), MANIFEST, findings);
  if (located === undefined) {
    if (!findings.hasErrors()) findings.error({ file: "" }, `there is no ${MANIFEST}`);
    return { findings: findings.all() };
  }
  const manifest: unknown = located.data;
  if (!validatePluginManifest(manifest)) {
    addSchemaFindings(located, validatePluginManifest.errors ?? [], findings, MANIFEST_KEYS);
    return { findings: findings.all() };
  }
  tellUnknown(located, findings);
  const before = findings.all().length;
  const maestro = await readExtension(directory, located, findings);
  const isRefused = findings
    .all()
    .slice(before)
    .some(({ level }) => level === "error");
  const { skills, findings: ofSkills } = await readSkills(join(directory, "skills"));
  findings.addBelow("skills", ofSkills);
  const mcpServers = await readMcp(directory, findings);
  await checkClientManifests(directory, manifest, findings);
  if (isRefused) return { findings: findings.all() };
  const { name, version = "0.0.0" } = manifest;
  const hash = await contentHash(directory);
  return {
    plugin: { name, version, manifest, maestro, skills, mcpServers, directory, contentHash: hash },
    findings: findings.all(),
  };
}

function tellUnknown({ data, place }: LocatedFile, findings: Findings): void {
  if (!isJsonObject(data)) return;
  for (const key of Object.keys(data)) {
    if (!MANIFEST_KEYS.includes(key)) findings.warn(place([key]), "is not known to Agent Plugins 1.0.0 and ignored");
  }
}

async function readExtension(
  directory: string,
  located: LocatedFile,
  findings: Findings,
): Promise<MaestroExtension | null> {
  const { extensions } = isJsonObject(located.data) ? located.data : {};
  if (extensions === undefined) return null;
  if (!isJsonObject(extensions)) {
    findings.warn(located.place(["extensions"]), "is no object and ignored");
    return null;
  }
  const own: unknown = extensions[EXTENSION];
  if (own === undefined) return null;
  if (!validateMaestroExtension(own)) {
    const below: LocatedFile = {
      data: own,
      place: (path) => located.place(["extensions", EXTENSION, ...path]),
    };
    addSchemaFindings(below, validateMaestroExtension.errors ?? [], findings, Object.keys(EXTENSION_KEYS));
    return null;
  }
  const fault = checkApiRange(own.api);
  if (fault !== null) findings.error(located.place(["extensions", EXTENSION, "api"]), fault);
  for (const [key, path] of pathsOf(own)) {
    const found = await contain(directory, path);
    const place = located.place(["extensions", EXTENSION, ...key]);
    if (!found.ok) findings.error(place, found.message);
    else if (key[0] === "hooks" && ((await stat(found.path)).mode & 0o111) === 0) {
      findings.error(place, `"${path}" is not executable`);
    }
  }
  const kinds = Object.values(own.provides ?? {}).flat();
  if (kinds.length > 0 && own.code === undefined) {
    findings.error(
      located.place(["extensions", EXTENSION, "provides"]),
      "needs `code`, which registers what it announces",
    );
  }
  return own;
}

const EXTENSION_KEYS = { api: 0, code: 0, provides: 0, profiles: 0, templates: 0, hooks: 0 } satisfies Record<
  keyof MaestroExtension,
  0
>;

function pathsOf(own: MaestroExtension): [string[], string][] {
  const single = (["code", "profiles", "templates"] as const).flatMap((key) => {
    const path = own[key];
    return path === undefined ? [] : [[[key], path] satisfies [string[], string]];
  });
  const hooks = Object.entries(own.hooks ?? {}).map(([name, path]): [string[], string] => [["hooks", name], path]);
  return [...single, ...hooks];
}
