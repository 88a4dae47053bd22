import { isMaestroError } from "../base/errors.ts";
import type { Runtime } from "../contracts/runtime.ts";
import { lookWithin, unsafe } from "./agent-folder.ts";
import { agentAlternates } from "./agent-git.ts";
import { sealGitDir } from "./git-dir.ts";
import type { GitParts, LaneGit } from "./parts.ts";

/** Where fetched commits of an agent stand in the lane's git dir. */
export const AGENT_REFS = "refs/agent/";

/**
 * Fetches commits of an agent's object folder into the host's store, checked by `fsck`, and sets `refs/agent/<name>` to them. The agent's refs and
 * configuration take no part: a git dir of the host's own stands before its objects. Throws `git_unsafe_workspace` when the object folder holds links or
 * borrows from anywhere but the host's store, `git_failed` when objects are missing or malformed.
 */
export async function fetchAgentRefs(
  parts: GitParts,
  git: LaneGit,
  commits: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const { runtime } = parts.options;
  const { path, workspaceKey } = git.lane;
  await checkObjects(parts, path);
  const shim = parts.layout.shim(workspaceKey);
  await runtime.remove(shim);
  try {
    await sealGitDir(runtime, shim);
    const lines = [...commits].map(([name, sha]) => `${sha} ${AGENT_REFS}${name}\n`);
    await runtime.writeText(`${shim}/packed-refs`, lines.join(""), { durable: false });
    await runtime.writeText(`${shim}/objects/info/alternates`, `${path}/.git/objects\n`, { durable: false });
    const flags = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
    const fetch = ["-c", "fetch.fsckObjects=true", "fetch", ...flags];
    const refspecs = [...commits.keys()].map((name) => `+${AGENT_REFS}${name}:${AGENT_REFS}${name}`);
    await git.run([...fetch, "--", shim, ...refspecs], signal);
  } finally {
    await runtime.remove(shim);
  }
}

/**
 * A link among the objects, or an alternate that is not ours, could bring in what the agent itself may not read. An agent that is still running could
 * swap files after this look; it then gains what it could link to, never a command on the host.
 */
async function checkObjects(parts: GitParts, tree: string): Promise<void> {
  const { runtime } = parts.options;
  const planted = (await agentAlternates(parts.options, tree)).find((line) => line !== parts.layout.objects);
  if (planted !== undefined) throw unsafe(`${tree}/.git/objects/info/alternates`, `names ${planted}`);
  if ((await lookWithin(runtime, tree, ".git/objects")) !== "directory") {
    throw unsafe(`${tree}/.git/objects`, "is no folder");
  }
  await refuseLinks(runtime, `${tree}/.git/objects`, 2);
}

async function refuseLinks(runtime: Runtime, folder: string, depth: number): Promise<void> {
  for (const { name, kind } of await listIfThere(runtime, folder)) {
    if (kind === "link" || kind === "other") throw unsafe(`${folder}/${name}`, `is a ${kind}`);
    if (kind === "directory" && depth > 1) await refuseLinks(runtime, `${folder}/${name}`, depth - 1);
  }
}

/** Git makes and removes temporary folders here while the agent works. */
async function listIfThere(runtime: Runtime, folder: string): ReturnType<Runtime["list"]> {
  try {
    return await runtime.list(folder);
  } catch (error) {
    if (isMaestroError(error) && error.code === "file_missing") return [];
    throw error;
  }
}
