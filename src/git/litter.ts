import type { Runtime } from "../contracts/runtime.ts";
import type { GitParts, LaneGit } from "./parts.ts";

/** How deep empty folders are looked for. */
const MAX_DEPTH = 16;

/**
 * Removes what an agent leaves in a tree for itself: below each of these names the files that Git neither knows nor ignores, and folders that are empty.
 * A name below which something is tracked is the project's own and is left alone. Call it with the index at the head.
 */
export async function removeLitter(
  { options: { runtime } }: GitParts,
  git: LaneGit,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const name of names) {
    const tracked = await git.inTree(["ls-files", "-z", "--", name], signal);
    if (tracked.stdout !== "") continue;
    const { stdout } = await git.inTree(["ls-files", "--others", "--exclude-standard", "-z", "--", name], signal);
    for (const path of stdout.split("\0")) {
      if (path !== "") await runtime.remove(`${git.lane.path}/${path.replace(/\/$/, "")}`);
    }
    await removeEmpty(runtime, `${git.lane.path}/${name}`, MAX_DEPTH);
  }
}

/** Whether there is nothing at a path any more, after folders without any file were removed. */
async function removeEmpty(runtime: Runtime, path: string, depth: number): Promise<boolean> {
  const found = await runtime.stat(path);
  if (found === undefined) return true;
  if (found.kind !== "directory" || depth === 0) return false;
  let isEmpty = true;
  for (const { name } of await runtime.list(path)) {
    if (!(await removeEmpty(runtime, `${path}/${name}`, depth - 1))) isEmpty = false;
  }
  if (isEmpty) await runtime.remove(path);
  return isEmpty;
}
