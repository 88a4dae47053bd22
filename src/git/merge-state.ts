import { MaestroError } from "../base/errors.ts";
import { readAgentCommit } from "./agent-refs.ts";
import { agentTip } from "./agent-tip.ts";
import { reaches } from "./lane.ts";
import type { GitParts, LaneGit } from "./parts.ts";

/** A merge of the base whose conflicts the agent is to solve. */
export interface PendingMerge {
  /** The base's commit that is being merged. */
  readonly sha: string;
  /** Files that had conflicts. */
  readonly conflicts: readonly string[];
}

const CONFLICTS = "conflicts";
/** What a merge leaves, the host's own note at the end: without it there is nothing else. */
const MERGE_FILES = ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE", "ORIG_HEAD", CONFLICTS];
const MAX_PATHS = 1_000;

/** The merge that the host left in the lane's tree, or `null`. */
export async function pendingMerge(parts: GitParts, git: LaneGit): Promise<PendingMerge | null> {
  const { runtime } = parts.options;
  const path = `${git.place.gitDir}/${CONFLICTS}`;
  if ((await runtime.stat(path)) === undefined) return null;
  const [sha = "", ...conflicts] = (await runtime.readText(path)).split("\0");
  return { sha, conflicts };
}

/** Remembers the merge until it is settled; without conflicts, it has only begun. */
export async function rememberMerge(parts: GitParts, git: LaneGit, merge: PendingMerge): Promise<void> {
  await parts.options.runtime.writeText(`${git.place.gitDir}/${CONFLICTS}`, [merge.sha, ...merge.conflicts].join("\0"));
}

/**
 * Takes back a merge that the host began and never brought to an end, because it was killed in between. The tree was clean before, and no agent has
 * worked in it since.
 */
export async function undoBegunMerge(parts: GitParts, git: LaneGit, signal: AbortSignal): Promise<void> {
  const pending = await pendingMerge(parts, git);
  if (pending === null || pending.conflicts.length > 0) return;
  parts.indexes.delete(git.lane.workspaceKey);
  // By way of the other side, so that files which only that side has are known and go.
  await git.inTree(["read-tree", "--reset", "-u", pending.sha], signal);
  await git.inTree(["read-tree", "--reset", "-u", git.branchRef], signal);
  await settleMerge(parts, git);
}

/** Forgets the merge, finished or given up. */
export async function settleMerge(parts: GitParts, git: LaneGit): Promise<void> {
  if ((await pendingMerge(parts, git)) === null) return;
  for (const name of MERGE_FILES) await parts.options.runtime.remove(`${git.place.gitDir}/${name}`);
}

/**
 * The pending merge that the commit to be made concludes; `null` when there is none, when the agent's own commits contain it already, or when the agent
 * gave it up (`git merge --abort`, `git reset`): a merge commit over the old files would silently undo what the base brought.
 */
export async function mergeParent(
  parts: GitParts,
  git: LaneGit,
  tip: string,
  signal: AbortSignal,
): Promise<PendingMerge | null> {
  const pending = await pendingMerge(parts, git);
  if (pending === null || (await reaches(git, pending.sha, tip, signal))) return null;
  const { runtime } = parts.options;
  if ((await readAgentCommit(runtime, git.lane.path, "MERGE_HEAD")) === pending.sha) return pending;
  if (git.lane.strategy === "clone") return null;
  // In this strategy the agent's commits are not taken, but one of them may say that it finished the merge.
  const own = await agentTip(parts, git, signal);
  return (await reaches(git, pending.sha, own.sha, signal)) ? pending : null;
}

/** Throws `git_conflict` with `files` when a file that had conflicts is still full of markers in the lane's index. */
export async function refuseMarkers(
  parts: GitParts,
  git: LaneGit,
  merge: PendingMerge,
  signal: AbortSignal,
): Promise<void> {
  const patterns = ["--all-match", "-e", "^<<<<<<< ", "-e", "^>>>>>>> "];
  const paths = merge.conflicts.slice(0, MAX_PATHS);
  if (paths.length === 0) return;
  const args = ["grep", "--cached", "--name-only", "-z", ...patterns, "--", ...paths];
  const { code, stdout } = await git.inTree(args, signal, { codes: [0, 1] });
  if (code === 1) return;
  const files = stdout.split("\0").filter((path) => path !== "");
  throw new MaestroError({
    code: "git_conflict",
    message: `Conflicts with ${parts.options.baseBranch} are not solved yet in ${files.slice(0, 10).join(", ")}.`,
    hint: "Solve them in the workspace and remove the markers.",
    facts: { files, merging: merge.sha },
  });
}
