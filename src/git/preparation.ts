import { lookWithin } from "./agent-folder.ts";
import { treeOnDisk } from "./agent-git.ts";
import type { LaneTree, PreparedTree } from "./host-git.ts";
import { laneBase, laneGit, laneHead, markPrepared, openLane, setHead, showAgent } from "./lane.ts";
import { settleMerge, undoBegunMerge } from "./merge-state.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { noteIndex } from "./tree-changes.ts";

/** `HostGit.prepare`. */
export async function prepareLane(parts: GitParts, lane: LaneTree, signal: AbortSignal): Promise<PreparedTree> {
  const git = await openLane(parts, lane, signal);
  if (git === undefined) {
    await parts.mirror.refresh([lane.branch], signal);
    const start = (await parts.mirror.known(lane.branch, signal)) ?? (await parts.mirror.base(signal));
    return prepared(parts, await populate(parts, lane, start, signal), true, signal);
  }
  const found = await treeOnDisk(parts.options, lane.path);
  if (found === "nothing") {
    await settleMerge(parts, git);
    const head = await laneHead(git, signal);
    return prepared(parts, await populate(parts, lane, head, signal), true, signal);
  }
  await undoBegunMerge(parts, git, signal);
  const isWhole = found === "git" && (await lookWithin(parts.options.runtime, lane.path, ".git/HEAD")) === "file";
  if (!isWhole) await showAgent(parts, git, await laneHead(git, signal), null, signal);
  return prepared(parts, git, false, signal);
}

/** Writes the commit's files and the agent's `.git` into the tree's folder; what is tracked is overwritten, so that a broken off population is mended. */
async function populate(parts: GitParts, lane: LaneTree, sha: string, signal: AbortSignal): Promise<LaneGit> {
  const { runtime } = parts.options;
  const git = await laneGit(parts, lane);
  await runtime.remove(`${git.place.gitDir}/prepared`);
  parts.indexes.delete(lane.workspaceKey);
  await runtime.remove(`${git.place.gitDir}/index`);
  await runtime.makeDirectory(lane.path);
  await treeOnDisk(parts.options, lane.path);
  await setHead(parts, git, sha);
  await git.inTree(["read-tree", "--reset", "-u", sha], signal);
  await noteIndex(parts, git, sha, signal);
  await showAgent(parts, git, sha, null, signal);
  await markPrepared(parts, git);
  return git;
}

async function prepared(parts: GitParts, git: LaneGit, created: boolean, signal: AbortSignal): Promise<PreparedTree> {
  const headSha = await laneHead(git, signal);
  return { created, baseSha: await laneBase(parts, git, [headSha], signal), headSha };
}
