import { workingHead } from "./agent-tip.ts";
import type { WorkingDiff } from "./host-git.ts";
import { laneBase } from "./lane.ts";
import { mergeParent } from "./merge-state.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { changedFiles } from "./take-over.ts";
import { readChanges, setIndex, stage } from "./tree-changes.ts";

/** Longest report of `git diff --check`, bytes. */
const LONGEST_CHECK = 16_384;
const PLAIN = ["--no-ext-diff", "--no-textconv", "--no-color"];

/** `HostGit.workingDiff`: the tree is written as an object of its own, so that the lane's branch and the agent's view stay as they are. */
export async function workingDiff(
  parts: GitParts,
  git: LaneGit,
  maxBytes: number,
  signal: AbortSignal,
): Promise<WorkingDiff> {
  const tip = await workingHead(parts, git, signal);
  const merging = await mergeParent(parts, git, tip.sha, signal);
  const parents = merging === null ? [tip.sha] : [tip.sha, merging.sha];
  const base = await laneBase(parts, git, parents, signal);
  await setIndex(parts, git, tip.sha, signal);
  await stage(parts, git, await readChanges(parts, git, signal), signal);
  const tree = (await git.inTree(["write-tree"], signal)).stdout.trim();
  const files = await changedFiles(git, base, tree, signal);
  const { stdout: diff } = await git.run(["diff", ...PLAIN, base, tree], signal, {
    maxOutputBytes: maxBytes,
    cut: true,
  });
  const check = await git.run(["diff", ...PLAIN, "--check", base, tree], signal, {
    codes: [0, 2],
    ...{ maxOutputBytes: LONGEST_CHECK, cut: true },
  });
  return { diff, files, problems: check.stdout.trim() };
}
