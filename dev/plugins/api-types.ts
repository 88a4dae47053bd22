// The published types of plugins, as a fingerprint that a test holds against the checked-in one.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { PLUGIN_API_VERSION } from "../../src/contracts/plugin.ts";

const SOURCE = "src/contracts/plugin.ts";
/** Where the fingerprint is checked in. */
export const PLUGIN_API_FILE = "docs/schema/plugin-api.json";

/** What the types of a version of the plugin API are. */
export interface PluginApiTypes {
  readonly version: string;
  /** Over all modules. */
  readonly sha256: string;
  /** Each module that `src/contracts/plugin.ts` reaches, with the hash of its declarations; comments do not count. */
  readonly modules: Readonly<Record<string, string>>;
}

/** The types as the sources say them; `source` may be another module, for trials. Throws when they do not compile. */
export function pluginApiTypes(source = SOURCE, root = "src"): PluginApiTypes {
  const folder = mkdtempSync(join(tmpdir(), "maestro-plugin-api-"));
  try {
    const config = join(folder, "tsconfig.json");
    const emit = { noEmit: false, declaration: true, emitDeclarationOnly: true, removeComments: true };
    const places = { rootDir: resolve(root), outDir: join(folder, "out"), typeRoots: [resolve("node_modules/@types")] };
    const made = { extends: resolve("tsconfig.json"), compilerOptions: { ...emit, ...places } };
    writeFileSync(config, JSON.stringify({ ...made, files: [resolve(source)], include: [] }));
    execFileSync("node_modules/.bin/tsc", ["-p", config], { encoding: "utf8" });
    const first = join(folder, "out", relative(root, source).replace(/\.ts$/, ".d.ts"));
    const texts = reachable(first).map(([path, text]) => [relative(join(folder, "out"), path), text] as const);
    const modules = Object.fromEntries(texts.sort().map(([name, text]) => [name, hash(text).slice(0, 16)]));
    return { version: PLUGIN_API_VERSION, sha256: hash(JSON.stringify(modules)), modules };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Why these types must not be written over the ones on record; `null` when they may. Types of a version are never changed: whoever was built for it counts
 * on them.
 */
export function refusal(known: PluginApiTypes | null, now: PluginApiTypes): string | null {
  if (known === null || known.sha256 === now.sha256 || known.version !== now.version) return null;
  const names = [...new Set([...Object.keys(known.modules), ...Object.keys(now.modules)])];
  const changed = names.filter((name) => known.modules[name] !== now.modules[name]);
  return `The types of plugin API ${now.version} changed (${changed.join(", ")}): raise the minor of PLUGIN_API_VERSION in ${SOURCE}, or the major when something else than an optional member was added.`;
}

/** The types on record; `null` when there are none. */
export function knownPluginApi(path = PLUGIN_API_FILE): PluginApiTypes | null {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Before the first release there is nothing to keep to.
    return null;
  }
}

function reachable(first: string): [string, string][] {
  const found = new Map<string, string>();
  const open = [first];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const text = readFileSync(path, "utf8");
    found.set(path, text);
    for (const [, target = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)\.(?:ts|js)"/g)) {
      open.push(`${join(dirname(path), target)}.d.ts`);
    }
  }
  return [...found];
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

if (process.argv[1] === import.meta.filename) {
  const now = pluginApiTypes();
  const fault = refusal(knownPluginApi(), now);
  if (fault === null) writeFileSync(PLUGIN_API_FILE, `${JSON.stringify(now, null, 2)}\n`);
  else {
    console.error(fault);
    process.exitCode = 1;
  }
}
