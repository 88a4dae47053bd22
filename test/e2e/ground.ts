import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Place } from "./program.ts";

/** A temporary folder with a home for Maestro and a folder to start it in; nothing of it is left after the test. */
export async function newPlace(): Promise<Place & { readonly root: string }> {
  const root = realpathSync(await mkdtemp(join(tmpdir(), "maestro-e2e-")));
  onTestFinished(async () => {
    // A test that failed may have left some behind.
    for (const { pid } of processesOf(root)) endNow(pid);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const cwd = join(root, "folder");
  const home = join(root, "home");
  await mkdir(cwd);
  await mkdir(home);
  return { root, cwd, home };
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Every file below a folder with a hash of what is in it; without the index that SQLite shares among readers, which is no content. */
export function filesIn(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.name.endsWith("-shm")) continue;
    const hash = () => createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
    files[path.slice(folder.length + 1)] = entry.isFile() ? hash() : "folder";
  }
  return files;
}

/** Real Git, without anybody's settings. */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "Tester",
      GIT_AUTHOR_EMAIL: "tester@example.invalid",
      GIT_COMMITTER_NAME: "Tester",
      GIT_COMMITTER_EMAIL: "tester@example.invalid",
    },
  }).trim();
}

/** A process that an agent, a check or a hook of a project under `home` is, or that one of them left behind. */
export interface MarkedProcess {
  readonly pid: number;
  readonly issue: string;
  readonly run: string;
  readonly command: string;
}

/** Whatever lives and was started for a run of Maestro on this folder: looked for by the environment, as an outsider. */
export function processesOf(root: string): MarkedProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, "latin1").split("\0");
      const value = (key: string): string =>
        environment.find((row) => row.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
      if (value("MAESTRO_PROCESS_MARKER") === "" || !environment.some((row) => row.includes(root))) return [];
      const command = readFileSync(`/proc/${name}/cmdline`, "latin1").replaceAll("\0", " ").slice(0, 120);
      return [{ pid: Number(name), issue: value("MAESTRO_ISSUE_IDENTIFIER"), run: value("MAESTRO_RUN"), command }];
    } catch {
      // It ended while we looked, or is not ours.
      return [];
    }
  });
}
