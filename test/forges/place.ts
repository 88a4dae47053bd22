import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { AdapterContext } from "../../src/contracts/tracker.ts";

/** A place for one test's forge. */
export interface ForgePlace {
  readonly root: string;
  /** A checkout with one commit on `main`. */
  readonly checkout: string;
  readonly context: AdapterContext;
  remove(): void;
}

const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Alice",
  GIT_AUTHOR_EMAIL: "alice@example.invalid",
  GIT_COMMITTER_NAME: "Alice",
  GIT_COMMITTER_EMAIL: "alice@example.invalid",
};

/** Runs Git as a person does, and returns what it prints. */
export function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd, env: ENVIRONMENT, encoding: "utf8", stdio: "pipe" }).trim();
}

/** A temporary folder with a checkout and a context that names it. */
export function forgePlace(clock: Clock = systemClock()): ForgePlace {
  const root = mkdtempSync(join(tmpdir(), "maestro-forge-"));
  const checkout = join(root, "checkout");
  git(root, "init", "--quiet", "--initial-branch=main", checkout);
  commit(checkout, { "readme.txt": "hello\n" });
  const context: AdapterContext = {
    clock,
    random: systemRandom(),
    log: silentLog,
    secrets: new SecretRegistry(),
    directory: root,
    stateDirectory: join(root, "state"),
    repository: { path: checkout, baseBranch: "main" },
    environment: {},
  };
  return { root, checkout, context, remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Commits files and returns the commit. */
export function commit(checkout: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, name)), { recursive: true });
    writeFileSync(join(checkout, name), text);
  }
  git(checkout, "add", "--all");
  git(checkout, "commit", "--quiet", "--message", Object.keys(files).join(", "));
  return git(checkout, "rev-parse", "HEAD");
}

/** Commits files on a branch of a remote, which begins at its `main`, and pushes it. */
export function pushFiles(
  checkout: string,
  remote: string,
  branch: string,
  files: Readonly<Record<string, string>>,
): string {
  git(checkout, "fetch", "--quiet", "--prune", remote, "+refs/heads/*:refs/remotes/forge/*");
  const known = git(checkout, "for-each-ref", "--format=%(refname)", `refs/remotes/forge/${branch}`);
  git(checkout, "checkout", "--quiet", "--force", "--detach", `refs/remotes/forge/${known === "" ? "main" : branch}`);
  const sha = commit(checkout, files);
  git(checkout, "push", "--quiet", remote, `${sha}:refs/heads/${branch}`);
  return sha;
}
