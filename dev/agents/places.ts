import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The programs of the pinned packages, relative to where these are installed. Started directly: npm's own starters add a process each. */
const PROGRAMS = {
  codex: "node_modules/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
  claude: "node_modules/@anthropic-ai/claude-code-linux-x64/claude",
  opencode: "node_modules/opencode-linux-x64/bin/opencode",
  gemini: "node_modules/@google/gemini-cli/bundle/gemini.js",
} as const;

/** A real agent that tests can start. */
export type AgentName = keyof typeof PROGRAMS;

/** Where exactly these versions are installed: outside the clone, one folder per lock file, so that clones share it. */
export function installation(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const lock = readFileSync(join(HERE, "package-lock.json"));
  const version = createHash("sha256").update(lock).digest("hex").slice(0, 16);
  return join(cache, "maestro", "agents", version);
}

/** The program of an agent, or `null` when `npm run agents` was not run here. */
export function programOf(name: AgentName): string | null {
  const path = join(installation(), PROGRAMS[name]);
  return existsSync(path) ? path : null;
}
