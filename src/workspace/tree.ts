import { posix } from "node:path";
import type { LaneTree } from "../git/index.ts";
import type { WorkspacesOptions } from "./options.ts";

/**
 * A workspace as the host's Git knows it, or `null` when it has no branch there. The path is below the root as configured, which is what the host's Git
 * was given as well; that it really lies there is checked before.
 */
export function treeOf(
  { git, root, strategy }: WorkspacesOptions,
  key: string,
  branch: string | null,
): LaneTree | null {
  if (git === null || branch === null) return null;
  return { workspaceKey: key, path: posix.join(root, key), branch, strategy };
}
