// Installs the pinned `skills` program for the tests that start it, once per version; it has a manifest of its own, so that the agents stay where they are.
// Usage: npm run agents
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PROGRAM = "node_modules/skills/bin/cli.mjs";

/** The program for Node to start, or `null` when `npm run agents` was not run here. */
export function skillsProgram(): string | null {
  const path = join(place(), PROGRAM);
  return existsSync(path) ? path : null;
}

function place(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const version = createHash("sha256")
    .update(readFileSync(join(HERE, "package-lock.json")))
    .digest("hex");
  return join(cache, "maestro", "skills-cli", version.slice(0, 16));
}

/** Aside, and moved into place: an interrupted installation is never taken for a whole one. */
function install(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const aside = mkdtempSync(`${folder}-`);
  for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(HERE, file), join(aside, file));
  const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", options, { cwd: aside, stdio: "inherit" });
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
}

if (process.argv[1] === import.meta.filename) {
  if (skillsProgram() === null) install(place());
  console.log(`skills: ${skillsProgram() ?? "missing"}`);
}
