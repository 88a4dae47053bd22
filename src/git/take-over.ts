import { MaestroError } from "../base/errors.ts";
import { refuseWrongHead, workingHead } from "./agent-tip.ts";
import type { ChangedFile } from "../model/run-summary.ts";
import type { Commit, TakenOver } from "./host-git.ts";
import { laneBase, setHead, showAgent } from "./lane.ts";
import { removeLitter } from "./litter.ts";
import { mergeParent, refuseMarkers, settleMerge } from "./merge-state.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { signingOf } from "./signing.ts";
import { readTreeMark } from "./tree-mark.ts";
import { readChanges, setIndex, stage } from "./tree-changes.ts";

/** `HostGit.takeOver`. */
export async function takeOver(
  parts: GitParts,
  git: LaneGit,
  { message, litter = [] }: Commit,
  signal: AbortSignal,
): Promise<TakenOver> {
  const tip = await workingHead(parts, git, signal);
  refuseWrongHead(git, tip);
  const merging = await mergeParent(parts, git, tip.sha, signal);
  await setIndex(parts, git, tip.sha, signal);
  await removeLitter(parts, git, litter, signal);
  const changes = await readChanges(parts, git, signal);
  const parents = merging === null ? [tip.sha] : [tip.sha, merging.sha];
  const baseSha = await laneBase(parts, git, parents, signal);
  const isNew = merging !== null || Object.values(changes).some((paths) => paths.length > 0);
  if (isNew) await stage(parts, git, changes, signal);
  if (merging !== null) await refuseMarkers(parts, git, merging, signal);
  const tree = isNew ? (await git.inTree(["write-tree"], signal)).stdout.trim() : tip.sha;
  const files = tree === baseSha ? [] : await changedFiles(git, baseSha, tree, signal);
  const isSame =
    merging === null && (tip.sha === baseSha ? files.length === 0 : await isTreeOf(git, tree, tip.sha, signal));
  const headSha = isSame ? tip.sha : await commitTree(parts, git, tree, parents, message, signal);
  await setHead(parts, git, headSha);
  parts.indexes.set(git.lane.workspaceKey, headSha);
  await settleMerge(parts, git);
  await showAgent(parts, git, headSha, null, signal);
  const mark = files.length === 0 ? null : await readTreeMark(git, baseSha, headSha, signal);
  return { headSha, baseSha, changed: files.length > 0, files, mark };
}

async function isTreeOf(git: LaneGit, tree: string, commit: string, signal: AbortSignal): Promise<boolean> {
  if (tree === commit) return true;
  return (await git.run(["rev-parse", "--verify", `${commit}^{tree}`], signal)).stdout.trim() === tree;
}

async function commitTree(
  parts: GitParts,
  git: LaneGit,
  tree: string,
  parents: readonly string[],
  message: string,
  signal: AbortSignal,
): Promise<string> {
  const options = { input: message, env: authorship(parts) };
  const { before, flags } = signingOf(parts);
  const named = parents.flatMap((sha) => ["-p", sha]);
  return (
    await git.run([...before, "commit-tree", ...flags, tree, ...named, "-F", "-"], signal, options)
  ).stdout.trim();
}

/** Author and committer of the host's commits, at the clock's time. */
export function authorship({ options }: GitParts): Record<string, string> {
  const { name, email } = options.identity;
  const date = `@${Math.floor(options.clock.now() / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

/** The files that differ between a commit and a commit or tree. Throws `git_nested_repository` when one became a link to a repository that only the agent has. */
export async function changedFiles(
  git: LaneGit,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<ChangedFile[]> {
  const flags = ["-r", "-z", "--raw", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv"];
  const { stdout } = await git.run(["diff-tree", ...flags, base, head], signal);
  const entries = stdout.split("\0");
  const files = new Map<string, ChangedFile>();
  let at = 0;
  // First all raw entries, each followed by its path, then all counts.
  for (; (entries[at] ?? "").startsWith(":"); at += 2) {
    const path = entries[at + 1] ?? "";
    refuseNested(entries[at] ?? "", path);
    files.set(path, { path, added: null, removed: null });
  }
  for (const entry of entries.slice(at)) {
    const [, added, removed, path] = /^(\d+)\t(\d+)\t(.+)$/s.exec(entry) ?? [];
    // A binary file has no lines to count.
    if (path !== undefined) files.set(path, { path, added: Number(added), removed: Number(removed) });
  }
  return [...files.values()];
}

function refuseNested(entry: string, path: string): void {
  const [from = "", to = ""] = entry.split(" ");
  if (to !== "160000" || from === ":160000") return;
  throw new MaestroError({
    code: "git_nested_repository",
    message: `The commit records ${path} as a repository of its own, whose commits nobody else has.`,
    hint: `Remove ${path}/.git, then add its files to the branch by an ordinary commit.`,
    facts: { path },
  });
}
