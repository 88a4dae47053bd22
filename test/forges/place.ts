import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import type { AdapterContext } from "../../src/contracts/tracker.ts";
import { ensureRepository } from "../../src/forges/local/repository.ts";
import { importCommit, tipOf } from "../git/fast-import.ts";

/** A place for one test's forge. */
export interface ForgePlace {
  readonly root: string;
  /** A checkout with one commit on `main`. */
  readonly checkout: string;
  /** The forge's own repository. */
  readonly repository: string;
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

let template: Promise<string> | undefined;
afterAll(async () => {
  if (template !== undefined) rmSync(await template, { recursive: true });
  template = undefined;
});

/** Made once for all tests of a file, which work on copies: a checkout, and the forge's repository as it was made from it. */
async function makeTemplate(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "maestro-forge-template-"));
  const checkout = join(root, "checkout");
  git(root, "init", "--quiet", "--template=", "--initial-branch=main", checkout);
  commit(checkout, { "readme.txt": "hello\n" });
  const source = { path: checkout, baseBranch: "main" };
  await ensureRepository(join(root, REPOSITORY), source, systemClock(), new AbortController().signal);
  return root;
}

const REPOSITORY = "state/forge/repository.git";

/** A temporary folder with a checkout, a context that names it and, unless only the checkout is wanted, the forge's repository. */
export async function forgePlace(wanted: "checkout" | "repository" = "repository"): Promise<ForgePlace> {
  const root = mkdtempSync(join(tmpdir(), "maestro-forge-"));
  template ??= makeTemplate();
  const made = await template;
  const checkout = join(root, "checkout");
  cpSync(wanted === "checkout" ? join(made, "checkout") : made, wanted === "checkout" ? checkout : root, {
    recursive: true,
  });
  const context: AdapterContext = {
    clock: systemClock(),
    random: systemRandom(),
    log: silentLog,
    secrets: new SecretRegistry(),
    directory: root,
    stateDirectory: join(root, "state"),
    repository: { path: checkout, baseBranch: "main" },
    environment: {},
  };
  return {
    root,
    checkout,
    repository: join(root, REPOSITORY),
    context,
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
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

/** Sets a branch of a bare repository to a new commit with these files: on top of the branch, or of `main` for a new one. */
export function pushFiles(remote: string, branch: string, files: Readonly<Record<string, string>>): string {
  const from = tipOf(remote, branch) ?? tipOf(remote, "main");
  return importCommit(remote, branch, { from, files, message: Object.keys(files).join(", ") });
}
