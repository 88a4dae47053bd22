import { MaestroError } from "../base/errors.ts";
import type { Found, RecoveryParts } from "./parts.ts";

/** Branches of the workflow's prefix at the remote that have neither an open lane nor an open change. Without a prefix nobody could tell whose one is. */
export async function findBranches(parts: RecoveryParts, signal: AbortSignal): Promise<readonly Found[]> {
  const { workflow, git, forge } = parts;
  const prefix = workflow.repo?.branchPrefix ?? "";
  if (git === null || forge === null || prefix === "") return [];
  const heads = await git.remoteHeads(prefix, signal);
  const orphans: Found[] = [];
  for (const [branch, head] of heads) {
    if (branch === workflow.repo?.baseBranch || (await whyKept(parts, branch, signal)) !== null) continue;
    orphans.push(orphan(parts, branch, head));
  }
  return orphans;
}

/** Why a branch is still needed; `null`: it is not. */
async function whyKept({ views, forge }: RecoveryParts, branch: string, signal: AbortSignal): Promise<string | null> {
  const lane = (await views.openLanes()).find((open) => open.branch?.name === branch);
  if (lane !== undefined) return `${lane.issue.identifier} works on it`;
  const change = await forge?.findChange(branch, { signal });
  return change?.state === "open" ? `change ${change.id} is open` : null;
}

function orphan(parts: RecoveryParts, branch: string, head: string): Found {
  return {
    kind: "orphaned_remote_branch",
    name: branch,
    sentence: `The branch ${branch} at the remote (${head.slice(0, 12)}) has neither an open lane nor an open change.`,
    mend: "Keep its commits that the base does not have, then delete it, unless it has moved.",
    apply: async (signal) => {
      const why = await whyKept(parts, branch, signal);
      if (why !== null) throw new MaestroError({ code: "branch_needed", message: `It is needed now: ${why}.` });
      const kept = await parts.git?.salvageBranch(branch, head, parts.salvagePath(branch), signal);
      if ((await parts.forge?.deleteBranch(branch, head, { signal })) !== "moved") return kept ?? null;
      throw new MaestroError({ code: "branch_moved", message: "Somebody pushed to it meanwhile; look again." });
    },
  };
}
