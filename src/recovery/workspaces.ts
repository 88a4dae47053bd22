import { MaestroError } from "../base/errors.ts";
import type { Issue } from "../model/issue.ts";
import type { WorkspaceFolder } from "../workspace/index.ts";
import type { Found, RecoveryParts } from "./parts.ts";

/** Folders below the workspace root, and git dirs of lanes, that no open lane owns. Other workflows' folders in a shared root are theirs. */
export async function findWorkspaces(parts: RecoveryParts): Promise<readonly Found[]> {
  const { workspaces, git } = parts;
  const folders = await workspaces.folders();
  const trees = (await git?.lanes()) ?? [];
  const found: Found[] = [];
  for (const folder of folders) {
    const tree = trees.find(({ workspaceKey }) => workspaceKey === folder.key);
    if (await isGhost(parts, folder))
      found.push(ghost(parts, { ...folder, branch: folder.branch ?? tree?.branch ?? null }));
  }
  for (const { workspaceKey: key, branch } of trees) {
    if (folders.some((folder) => folder.key === key) || (await isOwned(parts, key))) continue;
    found.push(orphan(parts, { key, branch, laneId: null }));
  }
  return found;
}

async function isGhost(parts: RecoveryParts, { key, laneId }: WorkspaceFolder): Promise<boolean> {
  if (await isOwned(parts, key)) return false;
  const isOurs = parts.workflow.workspace.root.startsWith(`${parts.stateDirectory}/`);
  return isOurs || (laneId !== null && (await parts.views.lane(laneId)) !== undefined);
}

async function isOwned({ views }: RecoveryParts, key: string): Promise<boolean> {
  return (await views.openLanes()).some(({ workspaceKey }) => workspaceKey === key);
}

function ghost(parts: RecoveryParts, folder: WorkspaceFolder): Found {
  return {
    kind: "ghost_workspace",
    name: folder.key,
    sentence: `No open lane owns the workspace ${folder.key}.`,
    mend: "Keep what exists nowhere else, then remove the folder.",
    apply: (signal) => remove(parts, folder, signal),
  };
}

function orphan(parts: RecoveryParts, folder: WorkspaceFolder): Found {
  return {
    kind: "orphaned_local_branch",
    name: folder.branch ?? folder.key,
    sentence: `The branch ${folder.branch ?? folder.key} has neither a lane nor a workspace here.`,
    mend: "Keep the commits that no remote has, then let go of the branch.",
    apply: (signal) => remove(parts, folder, signal),
  };
}

async function remove(parts: RecoveryParts, folder: WorkspaceFolder, signal: AbortSignal): Promise<string | null> {
  const { key, branch, laneId } = folder;
  if (await isOwned(parts, key)) throw new MaestroError({ code: "lane_owns", message: `A lane owns ${key} now.` });
  const kept = laneId === null ? undefined : await parts.views.lane(laneId);
  const issue = kept?.issue ?? namedAfter(key);
  const lane = {
    key,
    issue,
    branch,
    laneId: laneId ?? `recovered-${key}`,
    run: kept?.lastRun ?? 0,
    onHook: () => undefined,
  };
  return (await parts.workspaces.remove(lane, signal)).salvage;
}

/** Hooks are told an issue; of a folder without a record only its name is known. */
function namedAfter(key: string): Issue {
  return {
    ...{ id: key, nativeRef: null, identifier: key, title: key, description: null, priority: null, state: "" },
    ...{ branchName: null, url: null, assigneeId: null, labels: [], blockedBy: [], dispatchable: false },
    ...{ createdAt: null, updatedAt: null },
  };
}
