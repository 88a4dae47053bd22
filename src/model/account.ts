import type { Reason } from "./verdict.ts";

/** A login of an agent that its provider turned away: nothing is started on it for some time. */
export interface AccountPause extends Reason {
  /** `<kind>/<id>`. */
  readonly account: string;
  /** When it was noticed, and when it ends; epoch milliseconds. */
  readonly at: number;
  readonly until: number;
  /** Whether the provider itself said until when. */
  readonly published: boolean;
  /** How often in a row the provider did not say it; drives the back-off. 0 when it did. */
  readonly strikes: number;
}

/** The account that runs of this agent are paid from. Until there are several, each kind has one. */
export function accountOf(kind: string, id = "default"): string {
  return `${kind}/${id}`;
}
