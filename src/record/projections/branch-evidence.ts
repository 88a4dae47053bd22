import type { Evidence, Witness } from "../../model/evidence.ts";
import type { LaneBranch } from "../../model/lane.ts";

/** Who must have seen a fact for the branch to believe it. An agent's claim changes nothing. */
const BELIEVED: readonly Witness[] = ["host", "forge"];

/**
 * The branch after a piece of evidence: `validation` (seen by the host) sets the validated head, `commit` the head, `pushed` the pushed one,
 * `landed` the merged one (`facts.merged_sha`, else its head).
 */
export function applyEvidence(branch: LaneBranch, evidence: Evidence): LaneBranch {
  const { kind, witness, ok, headSha, facts } = evidence;
  if (!ok || !BELIEVED.includes(witness)) return branch;
  switch (kind) {
    case "validation":
      return witness === "host" && headSha !== null ? { ...branch, validatedSha: headSha } : branch;
    case "commit":
      return headSha === null ? branch : { ...branch, headSha };
    case "pushed":
      return headSha === null ? branch : { ...branch, pushedSha: headSha };
    case "landed":
      return { ...branch, mergedSha: textOf(facts.merged_sha) ?? headSha ?? branch.mergedSha };
    default:
      return branch;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
