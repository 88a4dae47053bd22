// Writes what is made from the plugins' sources: manifests, catalogues, copies of skills, bundled code. With --check it only compares.
// Usage: tsx dev/plugins/main.ts [--check]
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundlePlugin } from "./bundle.ts";
import { cataloguesOf, manifestsOf } from "./manifests.ts";
import { type PluginSource, readPluginSource } from "./source.ts";

interface Made {
  readonly content: string;
  readonly isProgram?: boolean;
}

const names = readdirSync("plugins").filter((name) => existsSync(join("plugins", name, "source.yaml")));
const sources = names.sort().map((name) => readPluginSource(join("plugins", name)));
const made = new Map<string, Made>();
for (const [path, value] of Object.entries(cataloguesOf(sources))) made.set(path, json(value));
for (const source of sources) await makePlugin(source);

if (process.argv.includes("--check")) compare();
else write();

async function makePlugin(source: PluginSource): Promise<void> {
  const folder = join("plugins", source.name);
  for (const [path, value] of Object.entries(manifestsOf(source))) made.set(join(folder, path), json(value));
  made.set(join(folder, "LICENSE"), { content: readFileSync("LICENSE", "utf8") });
  for (const skill of source.skills) {
    for (const file of filesBelow(join("skills", skill))) {
      const path = join("skills", skill, file);
      const isProgram = (statSync(path).mode & 0o100) !== 0;
      made.set(join(folder, "skills", skill, file), { content: readFileSync(path, "utf8"), isProgram });
    }
  }
  const { entry, maestro } = source;
  if (entry !== undefined && typeof maestro?.code === "string") {
    made.set(join(folder, maestro.code), { content: await bundlePlugin(join(folder, entry)) });
  }
}

function json(value: unknown): Made {
  return { content: `${JSON.stringify(value, null, 2)}\n` };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  );
}

function write(): void {
  for (const [path, { content, isProgram }] of made) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: isProgram === true ? 0o755 : 0o644 });
  }
}

function compare(): void {
  const stale = [...made].filter(([path, { content }]) => !existsSync(path) || !isSame(path, content));
  for (const [path] of stale) console.error(`${path} does not match its source; run: npm run plugins`);
  if (stale.length > 0) process.exitCode = 1;
}

/** The formatter lays JSON out as it likes. */
function isSame(path: string, content: string): boolean {
  const present = readFileSync(path, "utf8");
  if (!path.endsWith(".json")) return present === content;
  return JSON.stringify(JSON.parse(present)) === JSON.stringify(JSON.parse(content));
}
