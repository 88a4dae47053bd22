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
  /** Each module of which `src/contracts/plugin.ts` needs something, with the hash of what it needs; comments do not count. */
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

/** One module's declarations, and what its imported names are called where they come from. */
interface Module {
  readonly declarations: ReadonlyMap<string, string>;
  readonly imports: ReadonlyMap<string, { readonly path: string; readonly name: string }>;
}

/** The declarations that those of the first module need, as `[module's path, their text]`. */
function reachable(first: string): [string, string][] {
  const modules = new Map<string, Module>();
  const moduleAt = (path: string): Module => {
    const known = modules.get(path) ?? parse(path);
    modules.set(path, known);
    return known;
  };
  const found = new Map<string, Set<string>>();
  const open = [...moduleAt(first).declarations.keys()].map((name) => ({ path: first, name }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, name } = next;
    const { declarations, imports } = moduleAt(path);
    const from = imports.get(name);
    const text = declarations.get(name);
    if (text === undefined && from !== undefined) open.push(from);
    const present = found.get(path) ?? new Set();
    if (text === undefined || present.has(text)) continue;
    found.set(path, present.add(text));
    for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*/g)) {
      if (word !== name && (declarations.has(word) || imports.has(word))) open.push({ path, name: word });
    }
  }
  return [...found].map(([path, texts]) => [path, [...texts].sort().join("\n")]);
}

/** The compiler begins each declaration on a line of its own, and nothing else in the first column but what closes one. */
function parse(path: string): Module {
  const declarations = new Map<string, string>();
  const imports = new Map<string, { path: string; name: string }>();
  for (const statement of readFileSync(path, "utf8").split(/^(?=export |declare |import |interface |type )/m)) {
    const [, names, target] =
      /^(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+"(\.[^"]+)\.(?:ts|js)"/.exec(statement) ?? [];
    for (const one of names?.split(",") ?? []) {
      const [, name = "", alias = name] = /^\s*(?:type\s+)?([\w$]+)(?:\s+as\s+([\w$]+))?\s*$/.exec(one) ?? [];
      imports.set(alias, { path: `${join(dirname(path), target ?? "")}.d.ts`, name });
    }
    const named =
      /^(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:interface|type|class|const|function|let|var)\s+([\w$]+)/.exec(
        statement,
      );
    if (names === undefined && named?.[1] !== undefined) {
      declarations.set(named[1], `${declarations.get(named[1]) ?? ""}${statement.trim()}`);
    }
  }
  return { declarations, imports };
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
