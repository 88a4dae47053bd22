import { MaestroError } from "../base/errors.ts";
import { refuseWrongHead, workingHead } from "./agent-tip.ts";
import type { TakenOver } from "./host-git.ts";
import { laneBase, setHead, showAgent } from "./lane.ts";
import { mergeParent, refuseMarkers, settleMerge } from "./merge-state.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { readChanges, setIndex, stage } from "./tree-changes.ts";

/** `HostGit.takeOver`. */
export async function takeOver(
  parts: GitParts,
  git: LaneGit,
  message: string,
  signal: AbortSignal,
): Promise<TakenOver> {
  const tip = await workingHead(parts, git, signal);
  refuseWrongHead(git, tip);
  const merging = await mergeParent(parts, git, tip.sha, signal);
  await setIndex(git, tip.sha, signal);
  await stage(git, await readChanges(parts, git, signal), signal);
  if (merging !== null) await refuseMarkers(parts, git, merging, signal);
  const headSha = await commitIndex(parts, git, tip.sha, merging?.sha ?? null, message, signal);
  const baseSha = await laneBase(parts, git, headSha, signal);
  const files = await changedFiles(git, baseSha, headSha, signal);
  await setHead(parts, git, headSha, signal);
  await settleMerge(parts, git);
  await showAgent(parts, git, headSha, null, signal);
  return { headSha, baseSha, changed: files.length > 0, files };
}

async function commitIndex(
  parts: GitParts,
  git: LaneGit,
  head: string,
  merged: string | null,
  message: string,
  signal: AbortSignal,
): Promise<string> {
  const tree = (await git.inTree(["write-tree"], signal)).stdout.trim();
  const headTree = (await git.run(["rev-parse", "--verify", `${head}^{tree}`], signal)).stdout.trim();
  if (tree === headTree && merged === null) return head;
  const parents = merged === null ? ["-p", head] : ["-p", head, "-p", merged];
  const options = { input: message, env: authorship(parts) };
  return (await git.run(["commit-tree", tree, ...parents, "-F", "-"], signal, options)).stdout.trim();
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

/** The files that differ between two commits. Throws `git_nested_repository` when one became a link to a repository that only the agent has. */
async function changedFiles(git: LaneGit, base: string, head: string, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await git.run(["diff-tree", "-r", "-z", "--raw", "--no-renames", base, head], signal);
  const files: string[] = [];
  const entries = stdout.split("\0");
  for (let at = 0; at + 1 < entries.length; at += 2) {
    const [from = "", to = ""] = (entries[at] ?? "").split(" ");
    const path = entries[at + 1] ?? "";
    if (to === "160000" && from !== ":160000") {
      throw new MaestroError({
        code: "git_nested_repository",
        message: `The commit records ${path} as a repository of its own, whose commits nobody else has.`,
        hint: `Remove ${path}/.git, then add its files to the branch by an ordinary commit.`,
        facts: { path },
      });
    }
    files.push(path);
  }
  return files;
}
