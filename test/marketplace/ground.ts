import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { MarketplacePlace } from "../../src/marketplace/index.ts";

/** A folder of its own, away when the test is over. */
export async function folder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "maestro-marketplace-")));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Writes files below a folder, and the folders above them. */
export async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

/** A home and a current folder. */
export async function placeIn(root: string): Promise<MarketplacePlace> {
  await mkdir(join(root, "project"), { recursive: true });
  return {
    home: join(root, "home"),
    cwd: join(root, "project"),
    clock: systemClock(),
    signal: new AbortController().signal,
  };
}

/** Runs Git with a name of its own; returns what it printed. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"];
  return (await execa("git", [...who, ...args], { cwd })).stdout;
}

/** Commits everything in a folder, which becomes a repository; returns the commit. */
export async function commitAll(root: string, message = "Change"): Promise<string> {
  await git(root, "init", "--quiet");
  await git(root, "add", "--all");
  await git(root, "commit", "--quiet", "--allow-empty", "-m", message);
  return git(root, "rev-parse", "HEAD");
}

/** A plugin's manifest with these members beside name and version. */
export function manifest(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  const $schema = "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json";
  return JSON.stringify({ $schema, name, version: "1.0.0", description: `About ${name}.`, ...more }, null, 2);
}

/** What Maestro alone reads of a manifest. */
export function forMaestro(more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { extensions: { "dev.maestro": { api: "^1.0", ...more } } };
}

/** A skill with this name. */
export function skillText(name: string, more = ""): string {
  return `---\nname: ${name}\ndescription: About ${name}. Use when tested.\n${more}---\n\n# ${name}\n\nDo it.\n`;
}
