import type { Change, ChangeThread } from "../model/change.ts";
import { isHuman } from "../model/change.ts";
import type { Proof } from "../model/evidence.ts";
import type { LaneFacts } from "../model/facts.ts";
import type { Issue } from "../model/issue.ts";
import type { Lane } from "../model/lane.ts";
import type { GateName } from "../model/profile.ts";
import type { Workflow } from "../model/workflow.ts";
import { lastApproval, remarkKey } from "./remarks.ts";

/** What a gate is decided on. */
export interface GateFacts {
  readonly workflow: Workflow;
  readonly lane: Lane;
  /** As the tracker shows it now; `null` when it is gone, `undefined` when nobody could ask. */
  readonly issue: Issue | null | undefined;
  /** As the forge shows it now, likewise. */
  readonly change: Change | null | undefined;
  /** When the forge was asked, epoch milliseconds. */
  readonly changeSeenAt: number;
  /** The workspace as it is now, where somebody can look; absent: what the host saw when it took the last run over. */
  readonly tree?: { readonly headSha: string; readonly isClean: boolean; readonly isChanged: boolean };
  /** The tip of the lane's branch at its remote, where somebody has looked; `null`: there is none. */
  readonly remoteHead?: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What is known of a lane, as a gate needs it: its change was looked at just now. */
export function gateFacts({ workflow, lane, issue, change, now }: LaneFacts): GateFacts {
  return { workflow, lane, issue, change, changeSeenAt: now, now };
}

/**
 * The commit that a gate is about: before review the head of the lane's tree, before landing the head that the change shows, because that
 * is what people saw.
 */
export function headAtGate(gate: GateName, { lane, tree, change }: GateFacts): string | null {
  if (gate === "landing") return change?.headSha ?? null;
  return tree?.headSha ?? lane.branch?.headSha ?? null;
}

/** The newest proof of a kind. Records of older versions know only the head of validations and pushes. */
export function proofOf({ branch }: Lane, kind: string): Proof | undefined {
  const known = branch?.proofs?.[kind];
  if (known !== undefined) return known;
  const headSha = kind === "validation" ? branch?.validatedSha : kind === "pushed" ? branch?.pushedSha : undefined;
  return headSha == null ? undefined : { headSha, at: 0, ok: true, witness: "host" };
}

/**
 * Unresolved threads whose last word is a member's that no run was told of, and that no later approval of the present head passes over.
 * What a run was told of is answered by its hand-off; what people make of that answer they say themselves.
 */
export function openThreads(change: Change, answered: readonly string[] = []): readonly ChangeThread[] {
  const approvedAt = lastApproval(change);
  return (change.threads ?? []).filter(({ resolved, comments }) => {
    const last = comments.at(-1);
    if (resolved || last === undefined || !isHuman(last.trust)) return false;
    return last.at > approvedAt && !answered.includes(remarkKey(last.id));
  });
}
