import { messageOf } from "../base/errors.ts";
import type { Leftover, RecoveryDocument } from "../model/documents/recovery.ts";
import { findBranches } from "./branches.ts";
import { findIssues } from "./issues.ts";
import type { Found, RecoveryParts } from "./parts.ts";
import { findWorkspaces } from "./workspaces.ts";

/**
 * Looks for what was left behind and, with `apply`, mends it: nothing is deleted before what exists nowhere else was kept. Without `apply` nothing
 * changes anywhere. Idempotent. Throws when record, tracker, forge or remote cannot be asked: what nobody could look at is never taken for gone.
 */
export async function recoverLeftovers(
  parts: RecoveryParts,
  apply: boolean,
  signal: AbortSignal,
): Promise<RecoveryDocument> {
  const found = [
    ...(await findLeases(parts)),
    ...(await findIssues(parts, signal)),
    ...(await findWorkspaces(parts)),
    ...(await findBranches(parts, signal)),
  ];
  const leftovers: Leftover[] = [];
  for (const one of found) leftovers.push(apply ? await mend(one, signal) : toldOf(one, "found", null));
  return { version: 1, applied: apply, leftovers };
}

async function mend(found: Found, signal: AbortSignal): Promise<Leftover> {
  try {
    return toldOf(found, "mended", await found.apply(signal));
  } catch (error) {
    return toldOf(found, "left", messageOf(error));
  }
}

function toldOf({ kind, name, sentence, mend }: Found, state: Leftover["state"], result: string | null): Leftover {
  return { kind, name, sentence, mend, state, result };
}

/** Without a service nobody holds a lease: each that stands on record is one that a kill left. */
async function findLeases({ views, buryLost }: RecoveryParts): Promise<readonly Found[]> {
  if (buryLost === null) return [];
  const lanes = (await views.openLanes()).filter(({ work }) => work?.state === "leased");
  return lanes.map(({ issue, work }) => ({
    kind: "lost_lease",
    name: issue.identifier,
    sentence: `A ${work?.kind ?? "run"} of ${issue.identifier} is on record as under way, and no service runs.`,
    mend: "End what is left of its processes and put its end on record; the next start decides how it goes on.",
    apply: async () => {
      await buryLost();
      return null;
    },
  }));
}
