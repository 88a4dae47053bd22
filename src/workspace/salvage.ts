import { posix } from "node:path";
import { throwIfAborted } from "../base/abort.ts";
import { isMaestroError, MaestroError } from "../base/errors.ts";
import { processMarker } from "../model/process-marker.ts";
import { freePath } from "./free-path.ts";
import type { WorkspacesOptions } from "./options.ts";
import { look, type Place } from "./place.ts";
import { discard } from "./trash.ts";
import { treeOf } from "./tree.ts";
import type { WorkspaceLane } from "./workspaces.ts";

/** A new path for what is kept of a workspace: `<salvage>/<key>-<UTC time>`, numbered when there is one of that second. */
async function salvagePath({ runtime, salvageDirectory, clock }: WorkspacesOptions, key: string): Promise<string> {
  const stamp = `${new Date(clock.now()).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  await runtime.makeDirectory(salvageDirectory, { mode: 0o700 });
  return freePath(runtime, (number) =>
    posix.join(salvageDirectory, `${key}-${stamp}${number === 1 ? "" : `-${number}`}`),
  );
}

/**
 * Keeps what would be lost with a workspace. With a branch: commits that no remote has, changed and untracked files, as far as the host's Git knows the folder.
 * Without one, and for what that Git knows nothing of: everything. Returns where, or `null` when there was nothing. What stands at the path and is no folder is gone
 * from it afterwards.
 */
export async function salvageContent(
  options: WorkspacesOptions,
  place: Place,
  lane: WorkspaceLane,
  branch: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  const { runtime, git } = options;
  const tree = treeOf(options, place.key, branch);
  if (tree === null || git === null) return salvageWhole(options, place, lane, signal);
  // Git must not look through a link or at a file. A lane's commits are kept without a folder as well.
  const isFolder = (await look(runtime, place)) === "directory";
  const file = isFolder ? null : await salvageWhole(options, place, lane, signal);
  if (!isFolder) await discard(runtime, place);
  try {
    return (await git.salvage(tree, await salvagePath(options, place.key), signal)) ?? file;
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "git_no_lane") throw error;
    return salvageWhole(options, place, lane, signal);
  }
}

/**
 * Moves whatever stands at the workspace's path into the salvage, when there is something: without a repository nobody can tell an agent's files from
 * others. A link is not kept: what it leads to is not ours. Returns where, or `null`.
 */
async function salvageWhole(
  options: WorkspacesOptions,
  place: Place,
  lane: WorkspaceLane,
  signal: AbortSignal,
): Promise<string | null> {
  const { runtime, log } = options;
  const found = await look(runtime, place);
  if (found === "nothing" || found === "link") return null;
  if (found === "directory" && (await runtime.list(place.path)).length === 0) return null;
  const into = await salvagePath(options, place.key);
  await runtime.makeDirectory(into, { mode: 0o700 });
  await move(options, lane, place.path, posix.join(into, "files"), signal);
  log.info("what stood in a workspace was kept", { workspace: place.key, path: into });
  return into;
}

/** The largest folder on the slowest disk. */
const MOVE_LIMIT_MS = 30 * 60_000;

async function move(
  options: WorkspacesOptions,
  lane: WorkspaceLane,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, workflowId } = options;
  try {
    await runtime.rename(from, to);
  } catch (error) {
    if (!isMaestroError(error) || error.facts.system_code !== "EXDEV") throw error;
    // The salvage lies on another disk. mv deletes only after it has copied everything, so a break loses nothing.
    const done = await runtime.execute({
      command: "mv",
      args: ["--", from, to],
      cwd: "/",
      env: { PATH: runtime.environment().PATH ?? "/usr/bin:/bin" },
      marker: processMarker({ workflowId, laneId: lane.laneId, run: lane.run }, "salvage"),
      timeoutMs: MOVE_LIMIT_MS,
      signal,
    });
    throwIfAborted(signal);
    if (done.code !== 0) throw moveError(from, to, done.stderr);
  }
}

function moveError(from: string, to: string, output: string): MaestroError {
  return new MaestroError({
    code: "workspace_salvage_failed",
    message: `${from} could not be moved to ${to}: ${output.trim() || "mv was ended"}`,
    retryable: true,
    hint: "Nothing was deleted. Make room on the disk of the salvage folder, then try again.",
    facts: { path: from, salvage: to },
  });
}
