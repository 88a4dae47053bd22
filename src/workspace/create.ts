import { posix } from "node:path";
import { MaestroError, toMaestroError } from "../base/errors.ts";
import { hookScripts } from "../model/hooks.ts";
import { runHook, requireHook } from "./hooks.ts";
import { KeyedLock } from "./keyed-lock.ts";
import type { WorkspacesOptions } from "./options.ts";
import { openPlace, openRoot, OWN_FOLDER, type Place, requireFolder } from "./place.ts";
import { prepareWorkspace } from "./preparation.ts";
import { removeWorkspace } from "./removal.ts";
import { knownKeys, readState } from "./state.ts";
import { emptyTrash } from "./trash.ts";
import type { WorkspaceFolder, WorkspaceFolders, WorkspaceLane, Workspaces } from "./workspaces.ts";

/**
 * The workspaces of one workflow. Nothing is read or written before the first call. Decisions beyond the specification: what stands at a workspace's path
 * without being a finished workspace of this lane is moved into the salvage folder and made anew (S-152, S-153); a link there is refused; `no_repo` folders
 * that hold anything go into the salvage whole; the shell of hooks is `sh -l` (S-154) and their background processes end with them.
 */
export function createWorkspaces(options: WorkspacesOptions): Workspaces & WorkspaceFolders {
  const lock = new KeyedLock();
  const sweep = sweepOnce(options);
  const open = async (key: string): Promise<Place> => {
    const place = await openPlace(options, key);
    await sweep(place.own);
    return place;
  };
  return {
    prepare: (lane, signal) =>
      lock.run(
        lane.key,
        async () => {
          await requireSpace(options);
          return prepareWorkspace(loggingOf(options, lane), await open(lane.key), lane, signal);
        },
        signal,
      ),
    beforeRun: async (lane, signal) =>
      requireHook(loggingOf(options, lane), "before_run", lane, await folderOf(options, lane.key), signal),
    afterRun: (lane) => afterRun(loggingOf(options, lane), lane),
    remove: (lane, signal) =>
      lock.run(
        lane.key,
        async () => removeWorkspace(loggingOf(options, lane), await open(lane.key), lane, signal),
        signal,
      ),
    list: async () => knownKeys(options.runtime, (await openRoot(options.runtime, options.root)).own),
    folders: () => readFolders(options),
    pathOf: (key) => folderOf(options, key),
  };
}

/** Looks without making anything: a root that is not there holds nothing. */
async function readFolders({ runtime, root, log }: WorkspacesOptions): Promise<readonly WorkspaceFolder[]> {
  if ((await runtime.stat(root)) === undefined) return [];
  const real = await runtime.realPath(root);
  const own = posix.join(real, OWN_FOLDER);
  const isKnown = (await runtime.stat(own)) !== undefined;
  const known = isKnown ? await knownKeys(runtime, own) : [];
  const shown = (await runtime.list(real)).filter(({ name, kind }) => kind === "directory" && !name.startsWith("."));
  const keys = [...new Set([...known, ...shown.map(({ name }) => name)])].sort();
  return Promise.all(
    keys.map(async (key) => {
      const state = isKnown
        ? await readState(runtime, log, { key, root: real, path: posix.join(real, key), own })
        : undefined;
      return { key, laneId: state?.laneId ?? null, branch: state?.branch ?? null };
    }),
  );
}

/** What is logged in a lane's folder names its issue, its lane and its run. */
function loggingOf(options: WorkspacesOptions, { issue, laneId, run }: WorkspaceLane): WorkspacesOptions {
  const lane = { issue_id: issue.id, issue_identifier: issue.identifier, lane_id: laneId, run };
  return { ...options, log: options.log.child(lane) };
}

async function folderOf(options: WorkspacesOptions, key: string): Promise<string> {
  return requireFolder(options.runtime, await openPlace(options, key));
}

/** S-159: after every run that had a workspace. What goes wrong is told, and changes nothing about the run. */
async function afterRun(options: WorkspacesOptions, lane: WorkspaceLane): Promise<void> {
  if (hookScripts(options.hooks, "after_run").length === 0) return;
  try {
    await runHook(options, "after_run", lane, await folderOf(options, lane.key));
  } catch (error) {
    options.log.warn("after_run could not run", { error: toMaestroError(error) });
  }
}

/** Refuses to begin what the disk cannot hold, before anything is made. */
async function requireSpace({ runtime, root, minFreeBytes }: WorkspacesOptions): Promise<void> {
  const free = await runtime.freeBytes(root);
  if (free >= minFreeBytes) return;
  throw new MaestroError({
    code: "workspace_disk_low",
    message: `Only ${free} bytes are free on the disk of ${root}; ${minFreeBytes} are wanted.`,
    retryable: true,
    hint: "Free some space, or lower workspace.min_free_bytes in the workflow file.",
    facts: { path: root, free_bytes: free, min_free_bytes: minFreeBytes },
  });
}

/** Before the first use: what an earlier process renamed out of the way and did not come to delete. */
function sweepOnce({ runtime, log }: WorkspacesOptions): (own: string) => Promise<void> {
  let swept: Promise<void> | undefined;
  return (own) => {
    swept ??= emptyTrash(runtime, log, own, null).catch((error: unknown) => {
      log.warn("what was removed before could not be looked through", { error: toMaestroError(error) });
    });
    return swept;
  };
}
