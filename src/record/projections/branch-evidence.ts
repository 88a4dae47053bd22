import { isJsonArray } from "../../base/json.ts";
import { type Evidence, isAsStrong, type Proof, type Witness } from "../../model/evidence.ts";
import type { LaneBranch, TreeSeen } from "../../model/lane.ts";
import { HAND_OFF_TOPIC, outboxTopic } from "../../model/outbox-key.ts";

/** Who must have seen a fact for the branch to believe it. An agent's claim changes nothing. */
const BELIEVED: readonly Witness[] = ["host", "forge"];

/**
 * The branch after a piece of evidence: `validation` (seen by the host) sets the validated head, `commit` the head and what the tree holds,
 * `pushed` the pushed one, `landed` the merged one (`facts.merged_sha`, else its head). Of each kind the newest is kept.
 */
export function applyEvidence(before: LaneBranch, evidence: Evidence, at: number): LaneBranch {
  const { kind, witness, ok, headSha, facts } = evidence;
  const branch = withProof(before, proofKey(evidence), { headSha, at, ok, witness });
  // Checks that the workflow lets the host run in the workspace (`validation.in`).
  const isDeclared = kind === "validation" && facts.in === "workspace" && witness === "agent";
  if (!ok || !(BELIEVED.includes(witness) || isDeclared)) return branch;
  switch (kind) {
    case "validation":
      if (witness !== "host" && !isDeclared) return branch;
      return headSha === null ? branch : { ...branch, validatedSha: headSha, ...validatedTree(branch, headSha) };
    case "commit":
      return headSha === null ? branch : { ...branch, headSha, tree: treeOf(headSha, facts) };
    case "pushed":
      return headSha === null ? branch : { ...branch, pushedSha: headSha };
    case "landed":
      return { ...branch, mergedSha: textOf(facts.merged_sha) ?? headSha ?? branch.mergedSha };
    default:
      return branch;
  }
}

/** The branch after the end of an outside write: the comment of a hand-off proves what the issue was told. */
export function applyWrite(
  branch: LaneBranch,
  { key, state }: { readonly key: string; readonly state: "done" | "refused" },
  at: number,
): LaneBranch {
  const topic = outboxTopic(key, "issue_comment");
  if (topic?.topic !== HAND_OFF_TOPIC) return branch;
  const headSha = topic.revision.split("-fence-")[0] ?? null;
  return withProof(branch, "workpad", { headSha, at, ok: state === "done", witness: "tracker" });
}

/**
 * Where a piece of evidence is kept. What an agent merely claims stands apart, so that it never hides what somebody saw; checks that the
 * workflow lets the host run in the workspace (`validation.in`) are as weak, but no claim.
 */
function proofKey({ kind, witness, facts }: Evidence): string {
  return isAsStrong(witness, "tracker") || facts.in === "workspace" ? kind : `claim:${kind}`;
}

function withProof(branch: LaneBranch, key: string, proof: Proof): LaneBranch {
  return { ...branch, proofs: { ...branch.proofs, [key]: proof } };
}

function treeOf(headSha: string, facts: Evidence["facts"]): TreeSeen {
  const { changed, clean, guarded } = facts;
  const paths = isJsonArray(guarded) ? guarded.filter((path) => typeof path === "string") : [];
  return { headSha, changed: changed === true, clean: clean !== false, guarded: paths };
}

function validatedTree({ tree }: LaneBranch, headSha: string): Pick<LaneBranch, "validatedTree"> {
  return tree?.headSha === headSha ? { validatedTree: tree } : {};
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
