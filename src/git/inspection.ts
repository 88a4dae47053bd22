import { workingHead } from "./agent-tip.ts";
import type { TreeState } from "./host-git.ts";
import { pendingMerge } from "./merge-state.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { readChanges, setIndex } from "./tree-changes.ts";

/** `HostGit.inspect`. */
export async function inspectLane(parts: GitParts, git: LaneGit, signal: AbortSignal): Promise<TreeState> {
  const tip = await workingHead(parts, git, signal);
  await setIndex(parts, git, tip.sha, signal);
  const { deleted, modified, untracked } = await readChanges(parts, git, signal);
  const dirtyFiles = [...new Set([...deleted, ...modified, ...untracked])].sort();
  const unpushed = await countUnpushed(parts, git, [tip.sha], signal);
  const { conflicts = [] } = (await pendingMerge(parts, git)) ?? {};
  return { headSha: tip.sha, dirtyFiles, unpushed, ...(conflicts.length === 0 ? {} : { conflicts }) };
}

/** How many commits these reach that no branch of the remote has, as last seen. */
export async function countUnpushed(
  parts: GitParts,
  git: LaneGit,
  commits: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const known = await parts.mirror.tips(signal);
  if (commits.every((sha) => known.includes(sha))) return 0;
  const input = [...commits, ...known.map((sha) => `^${sha}`), ""].join("\n");
  const { stdout } = await git.run(["rev-list", "--count", "--stdin"], signal, { input });
  return Number.parseInt(stdout, 10);
}
