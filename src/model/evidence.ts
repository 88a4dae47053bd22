import type { JsonObject } from "../base/json.ts";

/** Who saw a fact, the strongest first. `agent` is a claim and decides nothing. */
export const WITNESSES = ["host", "ci", "forge", "tracker", "agent"] as const;
export type Witness = (typeof WITNESSES)[number];

/** The last word on one kind of evidence about a branch. */
export interface Proof {
  /** The commit that it speaks about; for any other it is stale. */
  readonly headSha: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly ok: boolean;
  readonly witness: Witness;
}

/** Whether `witness` is at least as strong as `wanted`. */
export function isAsStrong(witness: Witness, wanted: Witness): boolean {
  return WITNESSES.indexOf(witness) <= WITNESSES.indexOf(wanted);
}

/** A recorded fact. `headSha` binds it to one commit: for another head it is stale. */
export interface Evidence {
  /** What is stated, e.g. `validation`, `commit`, `pushed`, `change_open`, `landed`, `no_change`. */
  readonly kind: string;
  readonly witness: Witness;
  readonly ok: boolean;
  readonly sentence: string;
  readonly headSha: string | null;
  readonly facts: JsonObject;
}
