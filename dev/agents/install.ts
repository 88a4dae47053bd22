// Installs the pinned agents for the tests that start real ones, once per version. Usage: npm run agents
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installation, programOf } from "./places.ts";

const AGENTS = ["codex", "claude", "opencode", "gemini"] as const;
const HERE = fileURLToPath(new URL(".", import.meta.url));

/** None of them needs its install script: these only link what is started here directly. */
const OPTIONS = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

const target = installation();
if (AGENTS.some((name) => programOf(name) === null)) install(target);
for (const name of AGENTS) console.log(`${name}: ${programOf(name) ?? "missing"}`);

/** Installed aside and moved into place, so that an interrupted installation is never taken for a whole one. */
function install(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const aside = mkdtempSync(`${folder}-`);
  for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(HERE, file), join(aside, file));
  execFileSync("npm", OPTIONS, { cwd: aside, stdio: "inherit" });
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
}
