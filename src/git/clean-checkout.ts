import { MaestroError } from "../base/errors.ts";
import { writeAgentGit } from "./agent-git.ts";
import type { GitParts } from "./parts.ts";

/**
 * `HostGit.checkout`. The tree gets a `.git` of its own, as an agent's does, since checks may ask Git for files. A tree that an earlier, broken off
 * checkout left at the path is removed first; anything else there is `file_exists`.
 */
export async function checkOut(
  parts: GitParts,
  sha: string,
  path: string,
  signal: AbortSignal,
): Promise<{ release(): Promise<void> }> {
  const { runtime } = parts.options;
  const note = parts.layout.checkout(path);
  const release = async (): Promise<void> => {
    await runtime.remove(path);
    await runtime.remove(note);
  };
  if ((await runtime.stat(note)) !== undefined) await release();
  const found = await runtime.stat(path);
  if (found !== undefined && (found.kind !== "directory" || (await runtime.list(path)).length > 0)) {
    throw new MaestroError({
      code: "file_exists",
      message: `${path} is not empty, so nothing is checked out there.`,
      facts: { path },
    });
  }
  // Made first: it marks the path as ours.
  await runtime.makeDirectory(note);
  try {
    await runtime.makeDirectory(path);
    const state = { branch: null, sha, baseSha: null, merging: null, indexFile: null };
    await writeAgentGit(parts.options, path, parts.layout.objects, state, signal);
    const place = { ...(await parts.mirror.place()), workTree: path, indexFile: `${path}/.git/index` };
    await parts.git(place, ["read-tree", "--reset", "-u", sha], signal);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}
