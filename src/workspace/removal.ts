import { isMaestroError } from "../base/errors.ts";
import { hookScripts } from "../model/hooks.ts";
import { runHook } from "./hooks.ts";
import type { WorkspacesOptions } from "./options.ts";
import { look, type Place, requireFolder } from "./place.ts";
import { salvageContent } from "./salvage.ts";
import type { WorkspaceState } from "./schema.ts";
import { readState, removeState, writeState } from "./state.ts";
import { discard, emptyTrash } from "./trash.ts";
import { treeOf } from "./tree.ts";
import type { WorkspaceLane } from "./workspaces.ts";

/**
 * `Workspaces.remove`, for one at a time per key: hook, salvage, one rename out of the way, deletion. Whatever step it breaks off at, the next call
 * goes on from there; nothing is deleted before it was kept, and what was kept once is not kept twice.
 */
export async function removeWorkspace(
  options: WorkspacesOptions,
  place: Place,
  lane: WorkspaceLane,
  signal: AbortSignal,
): Promise<{ readonly salvage: string | null }> {
  const { runtime, log, git, hooks } = options;
  const known = await readState(runtime, log, place);
  const branch = known === undefined ? lane.branch : known.branch;
  const tree = treeOf(options, place.key, branch);
  let salvage = known?.salvage ?? null;
  if (known?.state !== "removing") {
    await beforeRemove(options, place, lane, signal);
    salvage = await salvageContent(options, place, lane, branch, signal);
    // Without either of them a crash repeats nothing.
    if (salvage !== null || hookScripts(hooks, "before_remove").length > 0)
      await noteRemoving(options, place, known, { laneId: lane.laneId, branch, salvage });
  }
  await discard(runtime, place);
  if (tree !== null && git !== null) await git.forget(tree, signal);
  await emptyTrash(runtime, log, place.own, place.key);
  await removeState(runtime, place);
  return { salvage };
}

/** Runs `before_remove` when there is a folder to run it in (S-160). Its failure is in the log and on record, and changes nothing. */
async function beforeRemove(
  options: WorkspacesOptions,
  place: Place,
  lane: WorkspaceLane,
  signal: AbortSignal,
): Promise<void> {
  const found = await look(options.runtime, place);
  if (found === "directory") {
    await runHook(options, "before_remove", lane, await requireFolder(options.runtime, place), signal);
  } else if (found !== "nothing") {
    options.log.warn("a workspace was replaced; before_remove does not run", { path: place.path, found });
  }
}

/** On a full disk this note cannot be made, and removing is what helps: then a crash would only repeat the hook and the salvage. */
async function noteRemoving(
  { runtime, log, clock }: WorkspacesOptions,
  place: Place,
  known: WorkspaceState | undefined,
  now: Pick<WorkspaceState, "laneId" | "branch" | "salvage">,
): Promise<void> {
  try {
    await writeState(runtime, place, { ...now, state: "removing", createdAt: known?.createdAt ?? clock.now() });
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "disk_full") throw error;
    log.warn("a workspace is removed without a note of it, because the disk is full", { path: place.path });
  }
}
