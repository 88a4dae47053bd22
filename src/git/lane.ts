import { throwIfAborted } from "../base/abort.ts";
import { MaestroError } from "../base/errors.ts";
import { treeOnDisk, writeAgentGit } from "./agent-git.ts";
import { fetchAgentRefs } from "./agent-objects.ts";
import { readAgentRefs } from "./agent-refs.ts";
import { sealGitDir } from "./git-dir.ts";
import type { LaneTree } from "./host-git.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { fileReader, isRefName, readRef } from "./refs.ts";

/** Written when a tree is whole; without it the population is done again. */
const PREPARED = "prepared";

/** The lane's git dir, sealed; made when it is missing. */
export async function laneGit(parts: GitParts, lane: LaneTree): Promise<LaneGit> {
  const gitDir = parts.layout.lane(lane.workspaceKey);
  await parts.mirror.place();
  await sealGitDir(parts.options.runtime, gitDir);
  const place = { gitDir, objects: parts.layout.objects };
  return {
    lane,
    place,
    branchRef: `refs/heads/${lane.branch}`,
    read: fileReader(parts.options.runtime),
    run: (args, signal, options) => parts.git(place, args, signal, options),
    inTree: (args, signal, options) => parts.git({ ...place, workTree: lane.path }, args, signal, options),
  };
}

/** Whether the lane's git dir exists and its tree was once whole. Throws `git_wrong_head` when it was made for another branch. */
export async function isPrepared(parts: GitParts, lane: LaneTree): Promise<boolean> {
  const { runtime } = parts.options;
  const gitDir = parts.layout.lane(lane.workspaceKey);
  if ((await runtime.stat(`${gitDir}/${PREPARED}`)) === undefined) return false;
  const head = (await runtime.readText(`${gitDir}/HEAD`)).trim();
  if (head === `ref: refs/heads/${lane.branch}`) return true;
  throw new MaestroError({
    code: "git_wrong_head",
    message: `The workspace ${lane.workspaceKey} was made for another branch than ${lane.branch}.`,
    hint: "Remove the workspace (what is in it is salvaged), then start the issue again.",
    facts: { workspace: lane.workspaceKey, branch: lane.branch, head },
  });
}

/** Notes that the lane's tree is whole. */
export async function markPrepared(parts: GitParts, git: LaneGit): Promise<void> {
  await parts.options.runtime.writeText(`${git.place.gitDir}/${PREPARED}`, "");
}

/**
 * The lane as it was left: its git dir when that is there, else one made anew around the tree as it is. `undefined` when there is neither.
 * Throws `git_unsafe_workspace`, `git_wrong_head`.
 */
export async function openLane(parts: GitParts, lane: LaneTree, signal: AbortSignal): Promise<LaneGit | undefined> {
  if (await isPrepared(parts, lane)) return laneGit(parts, lane);
  // A git dir that is not marked belongs to a population that never ended: nobody has worked in that tree.
  const wasBegun = (await parts.options.runtime.stat(parts.layout.lane(lane.workspaceKey))) !== undefined;
  if (wasBegun || (await treeOnDisk(parts.options, lane.path)) !== "git") return undefined;
  const git = await laneGit(parts, lane);
  const refs = await readAgentRefs(parts.options.runtime, lane.path);
  const tip = refs.refs.get(git.branchRef) ?? refs.head;
  if (tip !== null) await fetchAgentRefs(parts, git, new Map([["tip", tip]]), signal);
  const known = (await parts.mirror.known(lane.branch, signal)) ?? (await parts.mirror.base(signal));
  await setHead(parts, git, tip ?? known);
  parts.indexes.delete(lane.workspaceKey);
  await git.run(["read-tree", "--reset", tip ?? known], signal);
  await markPrepared(parts, git);
  return git;
}

/** As `openLane`; throws `git_no_lane` when there is nothing. */
export async function requireLane(parts: GitParts, lane: LaneTree, signal: AbortSignal): Promise<LaneGit> {
  const git = await openLane(parts, lane, signal);
  if (git !== undefined && (await treeOnDisk(parts.options, lane.path)) !== "nothing") return git;
  throw new MaestroError({
    code: "git_no_lane",
    message: `The workspace ${lane.workspaceKey} has no tree.`,
    hint: "It is prepared again at the next run.",
    facts: { workspace: lane.workspaceKey, path: lane.path },
  });
}

/**
 * Sets the lane's branch, and HEAD to it. Written as data, whole or not at all: this git dir has one branch, no reflog and no packed refs, and whoever
 * works in it holds the lane's turn.
 */
export async function setHead(parts: GitParts, git: LaneGit, sha: string): Promise<void> {
  const { runtime } = parts.options;
  if (!isRefName(git.branchRef)) throw badBranch(git.lane.branch);
  const set = async (path: string, text: string): Promise<void> => {
    if ((await git.read(path)) !== text) await runtime.writeText(path, text);
  };
  await set(`${git.place.gitDir}/HEAD`, `ref: ${git.branchRef}\n`);
  await set(`${git.place.gitDir}/${git.branchRef}`, `${sha}\n`);
}

function badBranch(branch: string): MaestroError {
  return new MaestroError({
    code: "git_failed",
    message: `"${branch}" is no name for a branch.`,
    facts: { args: [], stderr: "", branch },
  });
}

/** The lane's tip as the host has it. */
export async function laneHead(git: LaneGit, signal: AbortSignal): Promise<string> {
  throwIfAborted(signal);
  const read = await readRef(git.read, git.place.gitDir, git.branchRef);
  return read ?? (await git.run(["rev-parse", "--verify", `${git.branchRef}^{commit}`], signal)).stdout.trim();
}

/**
 * Where a commit with these parents leaves the base: the merge base, or the base's tip for a history that shares nothing with it. As a new commit is
 * no part of the base, its parents (or a commit itself) tell it.
 */
export async function laneBase(
  parts: GitParts,
  git: LaneGit,
  parents: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const base = await parts.mirror.base(signal);
  return (await commonAncestor(git, base, parents, signal)) ?? base;
}

/** Whether one commit is reached from another. */
export async function reaches(git: LaneGit, ancestor: string, sha: string, signal: AbortSignal): Promise<boolean> {
  return (await commonAncestor(git, ancestor, [sha], signal)) === ancestor;
}

async function commonAncestor(
  git: LaneGit,
  one: string,
  others: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (others.includes(one)) return one;
  const { code, stdout } = await git.run(["merge-base", one, ...others], signal, { codes: [0, 1], isFixed: true });
  return code === 0 ? stdout.trim() : undefined;
}

/** Shows the agent's `.git` the host's state of the lane. */
export async function showAgent(
  parts: GitParts,
  git: LaneGit,
  sha: string,
  merging: { readonly sha: string; readonly message: string } | null,
  signal: AbortSignal,
): Promise<void> {
  const state = {
    branch: git.lane.branch,
    sha,
    baseSha: (await parts.mirror.known(parts.options.baseBranch, signal)) ?? null,
    merging,
    indexFile: `${git.place.gitDir}/index`,
  };
  await writeAgentGit(parts.options, git.lane.path, parts.layout.objects, state, signal);
}
