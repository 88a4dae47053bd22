import { MaestroError } from "../base/errors.ts";
import { refuseWrongHead, workingHead } from "./agent-tip.ts";
import { laneHead, reaches, setHead, showAgent } from "./lane.ts";
import { pendingMerge, rememberMerge, settleMerge, undoBegunMerge } from "./merge-state.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { signingOf } from "./signing.ts";
import { authorship } from "./take-over.ts";
import { noteIndex, readChanges, setIndex } from "./tree-changes.ts";

/** `HostGit.mergeBase`. Throws `git_dirty_tree` when the tree holds what no commit has. */
export async function mergeBase(
  parts: GitParts,
  git: LaneGit,
  signal: AbortSignal,
): Promise<"up_to_date" | "merged" | "conflict"> {
  const theirs = await parts.mirror.refresh([git.lane.branch], signal);
  const tip = await workingHead(parts, git, signal);
  refuseWrongHead(git, tip);
  const pending = await pendingMerge(parts, git);
  if (pending !== null && !(await reaches(git, pending.sha, tip.sha, signal))) return "conflict";
  await settleMerge(parts, git);
  await setHead(parts, git, tip.sha);
  await setIndex(parts, git, tip.sha, signal);
  await refuseDirty(parts, git, signal);
  if (await reaches(git, theirs, tip.sha, signal)) return "up_to_date";
  await rememberMerge(parts, git, { sha: theirs, conflicts: [] });
  const message = `Merge ${parts.options.baseBranch} into ${git.lane.branch}`;
  parts.indexes.delete(git.lane.workspaceKey);
  const signing = signingOf(parts);
  const flags = [...signing.flags, "--no-verify", "--no-stat", "--no-autostash", "--quiet", "-m", message];
  const { code, stdout } = await git.inTree([...signing.before, "merge", ...flags, theirs], signal, {
    codes: [0, 1],
    env: authorship(parts),
  });
  const conflicts = code === 0 ? [] : await unmerged(git, signal);
  if (code !== 0 && conflicts.length === 0) {
    await undoBegunMerge(parts, git, signal);
    throw refused(stdout);
  }
  if (conflicts.length === 0) {
    await settleMerge(parts, git);
    const head = await laneHead(git, signal);
    await noteIndex(parts, git, head, signal);
    await showAgent(parts, git, head, null, signal);
    return "merged";
  }
  await rememberMerge(parts, git, { sha: theirs, conflicts });
  await showAgent(parts, git, tip.sha, { sha: theirs, message }, signal);
  return "conflict";
}

async function refuseDirty(parts: GitParts, git: LaneGit, signal: AbortSignal): Promise<void> {
  const { deleted, modified, untracked } = await readChanges(parts, git, signal);
  const files = [...deleted, ...modified, ...untracked];
  if (files.length === 0) return;
  throw new MaestroError({
    code: "git_dirty_tree",
    message: `The workspace ${git.lane.workspaceKey} holds work that is not committed yet, so nothing is merged into it.`,
    hint: "Take the work over first.",
    facts: { workspace: git.lane.workspaceKey, files: files.slice(0, 50) },
  });
}

async function unmerged(git: LaneGit, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await git.inTree(["ls-files", "--unmerged", "-z"], signal);
  const paths = stdout.split("\0").map((entry) => entry.slice(entry.indexOf("\t") + 1));
  return [...new Set(paths.filter((path) => path !== ""))];
}

function refused(output: string): MaestroError {
  return new MaestroError({
    code: "git_failed",
    message: "git merge was refused without a conflict.",
    facts: { args: ["merge"], stderr: output.slice(-2_000) },
  });
}
