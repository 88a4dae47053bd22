import { isMaestroError, MaestroError, messageOf } from "../base/errors.ts";
import type { PreparedTree } from "../git/index.ts";
import { hookScripts } from "../model/hooks.ts";
import { requireHook } from "./hooks.ts";
import type { WorkspacesOptions } from "./options.ts";
import { linkError, look, makeFolder, type Place, requireFolder } from "./place.ts";
import { salvageContent } from "./salvage.ts";
import type { WorkspaceState } from "./schema.ts";
import { readState, writeState } from "./state.ts";
import { discard, emptyTrash } from "./trash.ts";
import { treeOf } from "./tree.ts";
import type { PreparedWorkspace, WorkspaceLane } from "./workspaces.ts";

/** `Workspaces.prepare`, for one at a time per key. */
export async function prepareWorkspace(
  options: WorkspacesOptions,
  place: Place,
  lane: WorkspaceLane,
  signal: AbortSignal,
): Promise<PreparedWorkspace> {
  const { runtime } = options;
  const known = await readState(runtime, options.log, place);
  const found = await look(runtime, place);
  if (found === "link") throw linkError(place.path);
  const isTakenUp = found === "directory" && known !== undefined && isReadyFor(known, lane);
  if (!isTakenUp) {
    await clearAway(options, place, known, lane, signal);
    if (known !== undefined || isPopulated(options, lane)) await noteState(options, place, lane, "preparing");
    await makeFolder(runtime, place);
  }
  await requireFolder(runtime, place);
  const tree = await populate(options, place, lane, !isTakenUp, signal);
  const created = !isTakenUp || tree?.created === true;
  if (created) await finish(options, place, lane, isTakenUp, signal);
  const path = await requireFolder(runtime, place);
  return { path, created, baseSha: tree?.baseSha ?? null, headSha: tree?.headSha ?? null };
}

/** An empty folder cannot be found half-made; one without a note is made anew like one that was never finished. */
function isPopulated({ git, hooks }: WorkspacesOptions, { branch }: WorkspaceLane): boolean {
  return (git !== null && branch !== null) || hookScripts(hooks, "after_create").length > 0;
}

function isReadyFor(known: WorkspaceState, lane: WorkspaceLane): boolean {
  return known.state === "ready" && known.laneId === lane.laneId && known.branch === lane.branch;
}

/**
 * Empties the place for a population from scratch: what stands there was never finished, belongs to an earlier lane of the issue, or is no folder
 * at all (S-152: it is moved aside, not overwritten). Whatever it is, it is kept before it goes.
 */
async function clearAway(
  options: WorkspacesOptions,
  place: Place,
  known: WorkspaceState | undefined,
  lane: WorkspaceLane,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, log, git } = options;
  const isSameLane = known?.laneId === lane.laneId && known.branch === lane.branch;
  // The folder is missing, but the host's Git may still hold this lane's commits: it goes on from them.
  if (isSameLane && (await look(runtime, place)) === "nothing") return;
  await salvageContent(options, place, lane, known?.branch ?? null, signal);
  await discard(runtime, place);
  await emptyTrash(runtime, log, place.own, place.key);
  const old = isSameLane || known === undefined ? null : treeOf(options, place.key, known.branch);
  if (old !== null && git !== null) await git.forget(old, signal);
}

async function populate(
  options: WorkspacesOptions,
  place: Place,
  lane: WorkspaceLane,
  isNew: boolean,
  signal: AbortSignal,
): Promise<PreparedTree | null> {
  const tree = treeOf(options, place.key, lane.branch);
  if (tree === null || options.git === null) return null;
  const { clock } = options;
  const began = clock.monotonic();
  const tell = (ok: boolean, detail: string): void =>
    lane.onHook({ hook: "population", ok, detail, ms: Math.round(clock.monotonic() - began) });
  try {
    const prepared = await options.git.prepare(tree, signal);
    if (isNew || prepared.created) tell(true, `${tree.strategy} of ${tree.branch} at ${prepared.headSha}`);
    return prepared;
  } catch (error) {
    tell(false, options.secrets.redact(messageOf(error)));
    throw isMaestroError(error) ? error : prepareError(place, error);
  }
}

/** Runs `after_create` (S-151, S-157). Only when it succeeded the folder counts as finished. */
async function finish(
  options: WorkspacesOptions,
  place: Place,
  lane: WorkspaceLane,
  wasReady: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (wasReady) await noteState(options, place, lane, "preparing");
  await requireHook(options, "after_create", lane, place.path, signal);
  await requireFolder(options.runtime, place);
  await noteState(options, place, lane, "ready");
}

async function noteState(
  { runtime, clock }: WorkspacesOptions,
  place: Place,
  { laneId, branch }: WorkspaceLane,
  state: "preparing" | "ready",
): Promise<void> {
  await writeState(runtime, place, { laneId, branch, state, salvage: null, createdAt: clock.now() });
}

function prepareError({ key, path }: Place, cause: unknown): MaestroError {
  return new MaestroError({
    code: "workspace_prepare_failed",
    message: `The workspace ${path} could not be populated: ${messageOf(cause)}`,
    facts: { workspace: key, path },
    cause,
  });
}
