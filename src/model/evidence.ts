import type { JsonObject } from "../base/json.ts";

/** Who saw a fact, the strongest first. `agent` is a claim and decides nothing. */
export const WITNESSES = ["host", "ci", "forge", "tracker", "agent"] as const;
export type Witness = (typeof WITNESSES)[number];

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
