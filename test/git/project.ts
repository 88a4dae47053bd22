import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createHostGit, type HostGit, type HostGitOptions, type LaneTree } from "../../src/git/index.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";
import { importCommit, PERSON, tipOf } from "./fast-import.ts";

// Every test runs dozens of real Git commands; a busy machine must not decide whether it passes.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A project with a bare remote, a person's clone of its first commit, and the host's Git over both. */
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
  /** Sets a branch of the remote, wherever it stands, to a new commit with these files, after whatever was published last. */
  publish(branch: string, files: Readonly<Record<string, string>>, message?: string): string;
  remove(): void;
}

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: folder, env: PERSON, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

let template: string | undefined;
afterAll(() => {
  if (template !== undefined) rmSync(template, { recursive: true });
  template = undefined;
});

/** Made once for all tests of a file, which work on copies. The host has fetched the first commit already. */
function makeTemplate(): string {
  const root = mkdtempSync(join(tmpdir(), "maestro-git-template-"));
  const files = { "readme.md": "hello\n", "src/a.txt": "a\n", ".gitignore": "*.log\nbuild/\n" };
  git(root, "init", "-q", "--bare", "--template=", "-b", "main", "remote.git");
  importCommit(join(root, "remote.git"), "main", { from: undefined, files, message: "first" });
  git(root, "clone", "-q", "--template=", "remote.git", "maker");
  git(join(root, "maker"), "remote", "remove", "origin");
  mkdirSync(join(root, "workspaces"));
  cpSync(join(root, "remote.git/objects"), join(root, "state/mirror/objects"), { recursive: true });
  const tip = tipOf(join(root, "remote.git"), "main");
  write(join(root, "state/git/mirror.git"), { HEAD: "ref: refs/heads/none\n", "refs/remotes/origin/main": `${tip}\n` });
  return root;
}

export function makeProject(more: (root: string) => Partial<HostGitOptions> = () => ({})): Project {
  const root = mkdtempSync(join(tmpdir(), "maestro-git-"));
  template ??= makeTemplate();
  cpSync(template, root, { recursive: true });
  const remote = join(root, "remote.git");
  const [state, workspaces] = [join(root, "state"), join(root, "workspaces")];
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
  let last = tipOf(remote, "main");
  const publish = (branch: string, files: Readonly<Record<string, string>>, message = "change"): string => {
    last = importCommit(remote, branch, { from: last, files, message });
    return last;
  };
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
