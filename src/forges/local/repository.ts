import { appendFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { isMaestroError, MaestroError, systemCode } from "../../base/errors.ts";
import { withFileLock } from "../../base/file-lock.ts";
import { makeFolder } from "../../base/folder.ts";
import { outsideFileError } from "../../contracts/outside-files.ts";
import type { AdapterContext } from "../../contracts/tracker.ts";
import { ForgeGit } from "./git.ts";

/** What a new repository is made from. */
type Source = AdapterContext["repository"];

/** How long the first open waits for another process that is cloning, milliseconds. */
const LOCK_WAIT_MS = 60_000;

/** The folder with the change files of a repository. */
export function changesFolder(repository: string): string {
  return `${repository}.forge`;
}

/**
 * Makes sure that the bare repository and the folder beside it exist; a missing repository becomes a bare clone of the source's base
 * branch. Throws `forge_invalid_config` with a hint for a work tree, for something else, and when there is nothing to clone.
 */
export async function ensureRepository(
  repository: string,
  source: Source,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  try {
    await new ForgeGit(repository, clock).checkVersion(signal);
    if (!(await exists(repository))) {
      await makeFolder(changesFolder(repository));
      const lock = { clock, waitMs: LOCK_WAIT_MS, signal };
      await withFileLock(join(changesFolder(repository), "repository"), lock, async () => {
        if (!(await exists(repository))) await clone(repository, source, clock, signal);
      });
    }
    await checkRepository(repository, clock, signal);
    await makeFolder(changesFolder(repository));
  } catch (error) {
    throw outsideFileError("forge", error);
  }
}

/** Throws `forge_invalid_config` unless this is a bare repository. */
export async function checkRepository(repository: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const git = new ForgeGit(repository, clock);
  const { code, stdout } = await git.run(["rev-parse", "--is-bare-repository"], signal, { codes: [0, 128] });
  if (code === 0 && stdout.trim() === "true") return;
  const isTree = code === 0 || (await exists(join(repository, ".git")));
  throw invalid(
    isTree
      ? `${repository} is a work tree, and a forge keeps its branches in a bare repository.`
      : `${repository} is no Git repository.`,
    isTree
      ? "Name the checkout as repo.path, and leave repo.provider.repository out: a bare clone is made under the state folder."
      : "Name a bare repository, or a path where nothing is yet.",
  );
}

async function clone(repository: string, source: Source, clock: Clock, signal: AbortSignal): Promise<void> {
  if (source === undefined || source.path === null) {
    throw invalid(
      `There is no repository at ${repository}, and nothing to make one from.`,
      "Set repo.path to a checkout, or repo.provider.repository to a bare repository.",
    );
  }
  const draft = `${repository}.new`;
  await makeFolder(dirname(repository));
  // Left by a clone that was killed; nobody else holds the lock.
  await rm(draft, { recursive: true, force: true });
  try {
    const git = new ForgeGit(draft, clock);
    await git.run(["init", "--bare", "--quiet", "--template=", `--initial-branch=${source.baseBranch}`, draft], signal);
    // Packing in the background would outlive the push that began it.
    await appendFile(join(draft, "config"), "[gc]\n\tautoDetach = false\n");
    await fetchBase(git, { path: source.path, baseBranch: source.baseBranch }, signal);
    await rename(draft, repository);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function fetchBase(
  git: ForgeGit,
  { path, baseBranch }: { readonly path: string; readonly baseBranch: string },
  signal: AbortSignal,
): Promise<void> {
  // Checkouts of CI are often shallow.
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--update-shallow"];
  try {
    await git.run(["fetch", ...flags, "--", path, `refs/heads/${baseBranch}:refs/heads/${baseBranch}`], signal);
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "forge_status") throw error;
    const noBranch = /couldn't find remote ref/i.test(String(error.facts.stderr));
    throw invalid(
      noBranch
        ? `The repository ${path} has no branch "${baseBranch}" for the local forge to begin with.`
        : `The local forge cannot clone ${path}: ${String(error.facts.stderr)}`,
      noBranch
        ? `Commit something to "${baseBranch}", or set repo.base_branch to a branch that exists.`
        : "Set repo.path to a Git repository on this machine.",
      error,
    );
  }
}

function invalid(message: string, hint: string, cause?: unknown): MaestroError {
  return new MaestroError({ code: "forge_invalid_config", message, hint, facts: { path: ["repository"] }, cause });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
