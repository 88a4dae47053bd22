import { throwIfAborted } from "../base/abort.ts";
import { messageOf } from "../base/errors.ts";
import { treeOnDisk } from "./agent-git.ts";
import { AGENT_REFS, fetchAgentRefs } from "./agent-objects.ts";
import { readAgentRefs } from "./agent-refs.ts";
import { sealGitDir } from "./git-dir.ts";
import { countUnpushed } from "./inspection.ts";
import { laneHead } from "./lane.ts";
import type { GitParts, LaneGit } from "./parts.ts";
import { type Salvaged, salvageReadme } from "./salvage-readme.ts";
import { readChanges, setIndex, stage } from "./tree-changes.ts";

/** Most that is copied of untracked files, in bytes: of one and of all, and how many files. More is listed, not copied. */
export const SALVAGE_LIMITS = { file: 64 * 1024 * 1024, total: 256 * 1024 * 1024, files: 20_000 } as const;

/** `HostGit.salvage`. What an agent damaged does not keep the rest from being saved: it is noted in the README. */
export async function salvageLane(
  parts: GitParts,
  git: LaneGit,
  into: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { runtime } = parts.options;
  const hasTree = (await treeOnDisk(parts.options, git.lane.path)) !== "nothing";
  await runtime.makeDirectory(into);
  const notes: string[] = [];
  const own = await laneHead(git, signal);
  const refs = new Map([[git.branchRef, own]]);
  const agentHead = hasTree ? await takeRefs(parts, git, refs, notes, signal) : null;
  const head = git.lane.strategy === "clone" ? (agentHead ?? own) : own;
  const commits = await bundle(parts, git, refs, into, signal);
  const kept = hasTree ? await keepFiles(parts, git, head, into, signal) : { changed: [], copied: [], skipped: [] };
  const salvaged: Salvaged = { branch: git.lane.branch, head, commits, ...kept, notes };
  const found = commits + kept.changed.length + kept.copied.length + kept.skipped.length + notes.length;
  if (found === 0) {
    await runtime.remove(into);
    return null;
  }
  await runtime.writeText(`${into}/README.md`, salvageReadme(salvaged));
  return into;
}

/**
 * Fetches everything that the agent's branches, stash and HEAD reach and the host does not have yet, and adds it to `refs`. Returns where the agent's HEAD
 * stands; `null` when it cannot be had.
 */
async function takeRefs(
  parts: GitParts,
  git: LaneGit,
  refs: Map<string, string>,
  notes: string[],
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const found = await readAgentRefs(parts.options.runtime, git.lane.path);
    const commits = new Map([...found.refs].map(([name, sha]) => [name.slice("refs/".length), sha]));
    if (found.head !== null) commits.set("HEAD", found.head);
    const known = [...refs.values(), ...(await parts.mirror.tips(signal))];
    for (const [name, sha] of commits) if (known.includes(sha)) commits.delete(name);
    if (commits.size > 0) {
      await dropAgentRefs(parts, git, signal);
      await fetchAgentRefs(parts, git, commits, signal);
    }
    for (const [name, sha] of commits) refs.set(`${AGENT_REFS}${name}`, sha);
    return found.head;
  } catch (error) {
    throwIfAborted(signal);
    notes.push(`The commits in the workspace's own .git could not be read: ${messageOf(error)}`);
    return null;
  }
}

/** Names that an earlier look at the agent's commits left could be in the way of new ones. */
async function dropAgentRefs(parts: GitParts, git: LaneGit, signal: AbortSignal): Promise<void> {
  if ((await parts.options.runtime.stat(`${git.place.gitDir}/${AGENT_REFS}`)) === undefined) return;
  const { stdout } = await git.run(["for-each-ref", "--format=delete %(refname)", AGENT_REFS], signal);
  if (stdout !== "") await git.run(["update-ref", "--stdin"], signal, { input: stdout });
}

async function bundle(
  parts: GitParts,
  git: LaneGit,
  refs: ReadonlyMap<string, string>,
  into: string,
  signal: AbortSignal,
): Promise<number> {
  const commits = await countUnpushed(parts, git, [...refs.values()], signal);
  if (commits === 0) return 0;
  const known = await parts.mirror.tips(signal);
  const input = [...refs.keys(), ...known.map((sha) => `^${sha}`), ""].join("\n");
  await git.run(["bundle", "create", "--quiet", `${into}/commits.bundle`, "--stdin"], signal, { input });
  return commits;
}

async function keepFiles(
  parts: GitParts,
  git: LaneGit,
  head: string,
  into: string,
  signal: AbortSignal,
): Promise<Pick<Salvaged, "changed" | "copied" | "skipped">> {
  await setIndex(parts, git, head, signal);
  const changes = await readChanges(parts, git, signal);
  const changed = [...changes.deleted, ...changes.modified];
  if (changed.length > 0) {
    await stage(parts, git, { ...changes, untracked: [] }, signal);
    const tree = (await git.inTree(["write-tree"], signal)).stdout.trim();
    const plain = ["--no-ext-diff", "--no-textconv", "--no-color", "--no-renames"];
    const output = `--output=${into}/changes.patch`;
    await git.run(["diff", "--binary", "--full-index", ...plain, output, head, tree], signal);
  }
  const { copied, skipped } = await choose(parts, git, changes.untracked);
  if (copied.length > 0) await archive(parts, git, copied, into, signal);
  return { changed, copied, skipped };
}

async function choose(
  parts: GitParts,
  git: LaneGit,
  untracked: readonly string[],
): Promise<{ copied: string[]; skipped: string[] }> {
  const copied: string[] = [];
  const skipped: string[] = [];
  let total = 0;
  for (const path of untracked) {
    const size = (await parts.options.runtime.stat(`${git.lane.path}/${path}`))?.size ?? 0;
    const fits = size <= SALVAGE_LIMITS.file && total + size <= SALVAGE_LIMITS.total;
    if (!fits || copied.length >= SALVAGE_LIMITS.files) {
      skipped.push(path);
      continue;
    }
    total += size;
    copied.push(path);
  }
  return { copied, skipped };
}

/** Through a git dir that keeps content as it is, since a tree's attributes could convert files or leave them out. */
async function archive(
  parts: GitParts,
  git: LaneGit,
  paths: readonly string[],
  into: string,
  signal: AbortSignal,
): Promise<void> {
  const { runtime } = parts.options;
  const gitDir = parts.layout.raw;
  await sealGitDir(runtime, gitDir, "raw");
  const indexFile = `${git.place.gitDir}/salvage-index`;
  await runtime.remove(indexFile);
  const place = { gitDir, objects: parts.layout.objects, workTree: git.lane.path, indexFile };
  const input = paths.map((path) => `${path}\0`).join("");
  await parts.git(place, ["update-index", "--add", "--remove", "-z", "--stdin"], signal, { input });
  const tree = (await parts.git(place, ["write-tree"], signal)).stdout.trim();
  await parts.git(place, ["archive", "--format=tar", `--output=${into}/untracked.tar`, tree], signal);
  await runtime.remove(indexFile);
}
