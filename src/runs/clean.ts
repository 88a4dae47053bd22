import { MaestroError, toMaestroError } from "../base/errors.ts";
import type { WorkOutcome } from "../model/run.ts";
import { reason } from "../model/verdict.ts";
import { type WorkContext, workspaceLane } from "./context.ts";
import { brokenOff, failedWith, succeeded } from "./outcome.ts";
import { carryOutRows } from "./outbox-rows.ts";

/** Removes the lane's workspace after what exists nowhere else was kept, then its branch on the forge. Never rejects. */
export async function carryClean(context: WorkContext): Promise<WorkOutcome> {
  const { parts, workflow, assignment, observer, signal } = context;
  const path = `${workflow.workspace.root}/${assignment.workspaceKey}`;
  try {
    const { salvage } = await parts.workspaces(workflow).remove(workspaceLane(context), signal);
    observer.note({ type: "workspace_removed", data: { path, salvage } });
    const branch = await deleteBranch(context);
    const kept = salvage === null ? "" : ` What existed nowhere else lies in ${salvage}.`;
    return succeeded(reason("cleaned", `The workspace was removed.${kept}${branch}`));
  } catch (error) {
    return signal.aborted ? brokenOff(signal) : failedWith(error);
  }
}

/** A branch that somebody pushed to is theirs now; it stays, and that is no failure. Returns what became of it, in words. */
async function deleteBranch(context: WorkContext): Promise<string> {
  const forge = context.parts.forge();
  if (!context.assignment.deleteBranch || forge === null) return "";
  try {
    const [deleted] = await carryOutRows(context, {
      kind: "delete_branch",
      send: async ({ branch, headSha }, signal) => {
        const result = await forge.deleteBranch(branch, headSha, { signal });
        if (result !== "moved") return result;
        throw new MaestroError({ code: "forge_branch_moved", message: `Somebody pushed to ${branch}; it was kept.` });
      },
      lookUp: async ({ branch }, signal) =>
        (await forge.branchHead(branch, { signal })) === undefined ? { result: "deleted" } : undefined,
    });
    return deleted === undefined ? "" : ` The branch ${deleted.intent.branch} was deleted.`;
  } catch (error) {
    const { code, message } = toMaestroError(error);
    if (code !== "forge_branch_moved") throw error;
    return ` ${message}`;
  }
}
