import { MaestroError } from "../base/errors.ts";
import type { GitParts, LaneGit } from "./parts.ts";

/** What a tree holds beyond its head. Paths are relative to the tree. */
export interface TreeChanges {
  /** Tracked files that are gone or became something else. */
  readonly deleted: readonly string[];
  /** Tracked files with other content or mode. */
  readonly modified: readonly string[];
  /** Files that Git does not know and does not ignore, those of nested repositories among them. */
  readonly untracked: readonly string[];
}

const GITLINK = "160000";
const MAX_NESTING = 8;

/** Sets the lane's index to a commit, keeping what it knows of unchanged files, and leaves the tree alone. */
export async function setIndex(parts: GitParts, git: LaneGit, sha: string, signal: AbortSignal): Promise<void> {
  const isThere = (await parts.options.runtime.stat(`${git.place.gitDir}/index`)) !== undefined;
  if (isThere && parts.indexes.get(git.lane.workspaceKey) === sha) return;
  parts.indexes.delete(git.lane.workspaceKey);
  await git.inTree(["read-tree", "--reset", sha], signal);
  await noteIndex(parts, git, sha, signal);
}

/**
 * Notes that the lane's index was just put to a commit, after marking submodules as not checked out, so that nothing ever looks into their folders.
 */
export async function noteIndex(parts: GitParts, git: LaneGit, sha: string, signal: AbortSignal): Promise<void> {
  const { stdout } = await git.inTree(["ls-files", "--stage", "-z"], signal);
  const links = stdout.split("\0").filter((entry) => entry.startsWith(`${GITLINK} `));
  if (links.length > 0) {
    const input = links.map((entry) => `${entry.slice(entry.indexOf("\t") + 1)}\0`).join("");
    await git.inTree(["update-index", "--skip-worktree", "-z", "--stdin"], signal, { input });
  }
  parts.indexes.set(git.lane.workspaceKey, sha);
}

/** What the tree holds beyond the lane's index, which `setIndex` has put to the head. */
export async function readChanges(parts: GitParts, git: LaneGit, signal: AbortSignal): Promise<TreeChanges> {
  const flags = ["--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames"];
  // The lock is for an index of the host's own: Git keeps in it what it learned of unchanged files.
  const { stdout } = await git.inTree(["status", ...flags], signal, { env: { GIT_OPTIONAL_LOCKS: "1" } });
  const deleted: string[] = [];
  const modified: string[] = [];
  const untracked: string[] = [];
  const nested: string[] = [];
  for (const entry of stdout.split("\0")) {
    const path = pathOf(entry);
    // The index may be ahead of the git dir's HEAD; only what the tree has beyond the index counts.
    if (path === "" || (entry.charAt(0) !== "?" && entry.charAt(3) === ".")) continue;
    refuseUnreadable(path);
    if (entry.startsWith("? ")) {
      if (path.endsWith("/")) nested.push(path);
      else untracked.push(path);
    } else if (entry.charAt(3) === "D" || entry.split(" ")[5] === GITLINK) deleted.push(path);
    else modified.push(path);
  }
  // A repository in the place of a tracked file is not among the untracked ones.
  for (const path of deleted) if (await isFolder(parts, git, path)) nested.push(`${path}/`);
  for (const folder of nested) untracked.push(...(await readNested(parts, git, folder, signal)));
  return { deleted, modified, untracked: [...new Set(untracked)] };
}

/** A part of the way that is a link or a file leads to no folder of the tree. */
async function isFolder(parts: GitParts, git: LaneGit, path: string): Promise<boolean> {
  let folder = git.lane.path;
  for (const part of path.split("/")) {
    folder = `${folder}/${part}`;
    if ((await parts.options.runtime.stat(folder))?.kind !== "directory") return false;
  }
  return true;
}

/** Puts the tree's content into the lane's index. */
export async function stage(parts: GitParts, git: LaneGit, changes: TreeChanges, signal: AbortSignal): Promise<void> {
  const list = (paths: readonly string[]): string => paths.map((path) => `${path}\0`).join("");
  parts.indexes.delete(git.lane.workspaceKey);
  if (changes.deleted.length > 0) {
    const input = list(changes.deleted);
    await git.inTree(["update-index", "--force-remove", "-z", "--stdin"], signal, { input });
  }
  const present = [...changes.modified, ...changes.untracked];
  if (present.length === 0) return;
  await git.inTree(["update-index", "--add", "--replace", "--remove", "-z", "--stdin"], signal, {
    input: list(present),
  });
}

/**
 * The files of a repository that an agent made inside the tree. Git would record it as a link to a commit that nobody else has; its files are taken as
 * ordinary files of the lane instead, so that nothing is lost. Listed with an index and a git dir of the host's own, then held against the lane's ignores.
 */
async function readNested(parts: GitParts, git: LaneGit, folder: string, signal: AbortSignal): Promise<string[]> {
  const found = await listNested(parts, git, folder, MAX_NESTING, signal);
  if (found.length === 0) return [];
  // This command knows no literal paths, so a leading "./" keeps ":" from being magic.
  const input = found.map((path) => `./${path}\0`).join("");
  const options = { input, codes: [0, 1], env: { GIT_LITERAL_PATHSPECS: "0" } };
  const { stdout } = await git.inTree(["check-ignore", "--no-index", "-z", "--stdin"], signal, options);
  const ignored = new Set(stdout.split("\0"));
  return found.filter((path) => !ignored.has(`./${path}`));
}

async function listNested(
  parts: GitParts,
  git: LaneGit,
  folder: string,
  depth: number,
  signal: AbortSignal,
): Promise<string[]> {
  if (depth === 0) {
    throw new MaestroError({
      code: "git_nested_repository",
      message: `Repositories are nested more than ${MAX_NESTING} deep at ${folder}.`,
      hint: "Remove the .git folders below the workspace's own.",
      facts: { path: folder },
    });
  }
  const workTree = `${git.lane.path}/${folder.replace(/\/$/, "")}`;
  const place = { ...git.place, workTree, indexFile: `${git.place.gitDir}/nested-index` };
  const { stdout } = await parts.git(place, ["ls-files", "--others", "--exclude-standard", "-z"], signal);
  const files: string[] = [];
  for (const path of stdout.split("\0")) {
    if (path === "") continue;
    refuseUnreadable(path);
    if (path.endsWith("/")) files.push(...(await listNested(parts, git, `${folder}${path}`, depth - 1, signal)));
    else files.push(`${folder}${path}`);
  }
  return files;
}

/** The path of an entry of `git status --porcelain=v2 -z` (git-status(1), "Porcelain Format Version 2"); empty for a header. */
function pathOf(entry: string): string {
  const fields = { "1": 8, u: 10, "?": 1 }[entry.charAt(0)];
  return fields === undefined ? "" : entry.split(" ").slice(fields).join(" ");
}

function refuseUnreadable(path: string): void {
  if (!path.includes("\uFFFD")) return;
  throw new MaestroError({
    code: "git_failed",
    message: `A file's name is not UTF-8: ${path}`,
    hint: "Rename the file, or have it ignored.",
    facts: { path, args: ["status"], stderr: "" },
  });
}
