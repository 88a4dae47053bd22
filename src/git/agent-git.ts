import { isMaestroError, MaestroError } from "../base/errors.ts";
import { lookWithin, readWithin, removeWithin, unsafe, writeWithin } from "./agent-folder.ts";
import type { HostGitOptions } from "./options.ts";

/** What stands where a lane's tree should be. */
export type TreeOnDisk = "nothing" | "files" | "git";

/**
 * Whether there is a tree, and whether it has the agent's `.git`. Throws `git_unsafe_workspace` when the tree lies outside the workspace root, or when
 * it, its `.git` or the object folder in it is a link or no folder.
 */
export async function treeOnDisk(options: HostGitOptions, tree: string): Promise<TreeOnDisk> {
  const { runtime, workspaceRoot } = options;
  const found = await runtime.stat(tree);
  if (found === undefined) {
    if (!tree.startsWith(`${workspaceRoot}/`)) throw unsafe(tree, "lies outside the workspace root");
    return "nothing";
  }
  if (found.kind !== "directory") throw unsafe(tree, "is no folder");
  const [real, root] = [await runtime.realPath(tree), await runtime.realPath(workspaceRoot)];
  if (!real.startsWith(`${root}/`)) throw unsafe(tree, "lies outside the workspace root");
  const git = await lookWithin(runtime, tree, ".git");
  if (git === "file") throw unsafe(`${tree}/.git`, "is no folder");
  if (git === "directory") {
    await lookWithin(runtime, tree, ".git/objects/info");
    return "git";
  }
  return (await runtime.list(tree)).length === 0 ? "nothing" : "files";
}

/** Where an agent's `.git` is to stand. */
export interface AgentGitState {
  /** `null`: HEAD stands on the commit itself. */
  readonly branch: string | null;
  readonly sha: string;
  /** The base branch's tip, shown as `origin/<base>`; `null` when it is not known. */
  readonly baseSha: string | null;
  /** The merge under way, which the agent finishes; `null` without one. */
  readonly merging: { readonly sha: string; readonly message: string } | null;
  /** The host's index of the tree, whose copy the agent gets; `null`: it gets none. */
  readonly indexFile: string | null;
}

/** What says that something is under way in an agent's `.git`. */
const UNDER_WAY = ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "CHERRY_PICK_HEAD", "REVERT_HEAD", "index.lock"];

/**
 * Makes the `.git` that an agent uses freely, or sets the one that is there to a state. Only plain files are written, no Git command runs in it. What
 * the agent configured stays as it is. Throws `git_unsafe_workspace`.
 */
export async function writeAgentGit(
  options: HostGitOptions,
  tree: string,
  objects: string,
  state: AgentGitState,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, baseBranch } = options;
  const write = (name: string, text: string): Promise<void> => writeWithin(runtime, tree, `.git/${name}`, text);
  if ((await readWithin(runtime, tree, ".git/config")) === undefined) await write("config", agentConfig(options));
  // Without this folder, empty or not, Git takes it for no repository.
  if ((await lookWithin(runtime, tree, ".git/refs")) === undefined) await runtime.makeDirectory(`${tree}/.git/refs`);
  await write("objects/info/alternates", `${objects}\n`);
  if (state.baseSha !== null) await write(`refs/remotes/origin/${baseBranch}`, `${state.baseSha}\n`);
  if (state.branch !== null) await write(`refs/heads/${state.branch}`, `${state.sha}\n`);
  await write("HEAD", state.branch === null ? `${state.sha}\n` : `ref: refs/heads/${state.branch}\n`);
  for (const { name } of await runtime.list(`${tree}/.git`)) {
    if (UNDER_WAY.includes(name)) await removeWithin(runtime, tree, `.git/${name}`);
  }
  if (state.merging !== null) {
    await write("MERGE_MSG", `${state.merging.message}\n`);
    await write("MERGE_HEAD", `${state.merging.sha}\n`);
  }
  if (state.indexFile !== null) await copyIndex(options, state.indexFile, tree, signal);
}

/** The alternates of an agent's object folder: paths that it may have planted itself. */
export async function agentAlternates(options: HostGitOptions, tree: string): Promise<string[]> {
  const text = (await readWithin(options.runtime, tree, ".git/objects/info/alternates")) ?? "";
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

/** Its refs can be read and written without Git; it borrows from the host's object store and never collects garbage by itself. */
function agentConfig({ identity }: HostGitOptions): string {
  return `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[user]
\tname = ${quoted(identity.name)}
\temail = ${quoted(identity.email)}
[gc]
\tauto = 0
[maintenance]
\tauto = false
`;
}

function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replace(/[\r\n]+/g, " ")}"`;
}

const COPY_LIMIT_MS = 60_000;

/** Moving the copy in place, instead of writing it, replaces a link that stands there rather than following it. */
async function copyIndex(options: HostGitOptions, from: string, tree: string, signal: AbortSignal): Promise<void> {
  const { runtime } = options;
  const copy = `${from}.agent`;
  const run = async (command: string, args: readonly string[]): Promise<void> => {
    const env = options.environment.PATH === undefined ? {} : { PATH: options.environment.PATH };
    const cwd = from.slice(0, from.lastIndexOf("/"));
    const marker = "maestro-git-index";
    const done = await runtime.execute({ command, args, cwd, env, marker, timeoutMs: COPY_LIMIT_MS, signal });
    if (done.code === 0) return;
    const stderr = done.stderr.slice(-500);
    throw new MaestroError({
      code: "git_failed",
      message: `The agent's index could not be written: ${command} ended with ${done.code ?? done.signal}.`,
      facts: { args: [command, ...args], stderr },
    });
  };
  await run("cp", ["--", from, copy]);
  await removeWithin(runtime, tree, ".git/index");
  try {
    await runtime.rename(copy, `${tree}/.git/index`);
  } catch (error) {
    // On another file system than the host's git dir.
    if (!isMaestroError(error) || error.code !== "file_failed") throw error;
    await run("mv", ["-f", "--", copy, `${tree}/.git/index`]);
  }
}
