import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createHostGit, type HostGit, type HostGitOptions, type LaneTree } from "../../src/git/index.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";

// Every test runs dozens of real Git commands; a busy machine must not decide whether it passes.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A project with a bare remote, a maker's clone that pushes to it, and the host's Git over both. */
export interface Project {
  readonly root: string;
  readonly remote: string;
  readonly state: string;
  readonly workspaces: string;
  readonly options: HostGitOptions;
  readonly host: HostGit;
  readonly signal: AbortSignal;
  lane(key: string, strategy?: LaneTree["strategy"]): LaneTree;
  /** Runs Git as a person or agent would, in a folder; returns what it printed. */
  git(folder: string, ...args: string[]): string;
  write(folder: string, files: Readonly<Record<string, string>>): void;
  read(...parts: string[]): string;
  /** Commits files in the maker's clone and pushes them. */
  publish(branch: string, files: Readonly<Record<string, string>>, message?: string): string;
  remove(): void;
}

/** Git's environment for people: none of this machine's configuration. */
export const PERSON: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Person",
  GIT_AUTHOR_EMAIL: "person@example.org",
  GIT_COMMITTER_NAME: "Person",
  GIT_COMMITTER_EMAIL: "person@example.org",
};

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: folder, env: PERSON, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

export function makeProject(more: (root: string) => Partial<HostGitOptions> = () => ({})): Project {
  const root = mkdtempSync(join(tmpdir(), "maestro-git-"));
  const [remote, maker] = [join(root, "remote.git"), join(root, "maker")];
  const [state, workspaces] = [join(root, "state"), join(root, "workspaces")];
  mkdirSync(workspaces);
  git(root, "init", "-q", "--bare", "-b", "main", remote);
  git(root, "init", "-q", "-b", "main", maker);
  const options: HostGitOptions = {
    runtime: localRuntime({ clock: systemClock(), machine: "here", log: silentLog }),
    clock: systemClock(),
    log: silentLog,
    stateDirectory: state,
    source: { remote, path: null },
    baseBranch: "main",
    identity: { name: "Maestro", email: "maestro@example.org" },
    environment: { PATH: process.env.PATH ?? "", HOME: root },
    workspaceRoot: workspaces,
    ...more(root),
  };
  const publish = (branch: string, files: Readonly<Record<string, string>>, message = "change"): string => {
    git(maker, "checkout", "-q", "-B", branch);
    write(maker, files);
    git(maker, "add", "-A");
    git(maker, "commit", "-q", "--allow-empty", "-m", message);
    git(maker, "push", "-q", remote, `+${branch}:${branch}`);
    return git(maker, "rev-parse", "HEAD").trim();
  };
  publish("main", { "readme.md": "hello\n", "src/a.txt": "a\n", ".gitignore": "*.log\nbuild/\n" }, "first");
  return {
    root,
    remote,
    state,
    workspaces,
    options,
    host: createHostGit(options),
    signal: new AbortController().signal,
    lane: (key, strategy = "worktree") => ({
      workspaceKey: key,
      path: join(workspaces, key),
      branch: `maestro/${key.toLowerCase()}`,
      strategy,
    }),
    git,
    write,
    read: (...parts) => readFileSync(join(...parts), "utf8"),
    publish,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
