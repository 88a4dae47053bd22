import type { CapacityWindow } from "./capacity.ts";
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

/** Name of the account that uses the login that this machine has anyway. */
export const DEFAULT_ACCOUNT = "default";

/** End of a pause that only a person ends, epoch milliseconds: the last day that everybody can write down. */
export const FOR_GOOD = 253_402_214_400_000;

/** Code of a pause that a person asked for. */
export const PAUSED_BY_PERSON = "paused_by_person";

/** Code of what is left of a pause that a person ended. */
export const RESUMED_BY_PERSON = "resumed_by_person";

/** The account that runs of this agent are paid from. */
export function accountOf(kind: string, id = DEFAULT_ACCOUNT): string {
  return `${kind}/${id}`;
}

/** How an account stands that somebody has configured, over all services of this user. */
export interface AccountStanding {
  /** Kind of the agent provider. */
  readonly kind: string;
  readonly id: string;
  readonly enabled: boolean;
  /** Runs that may use it at the same time; `null`: any number. */
  readonly limit: number | null;
  /** Runs that use it now. */
  readonly leases: number;
  /** It rests until then after its last run, epoch milliseconds; `null`: it does not. */
  readonly coolsUntil: number | null;
  /** Epoch milliseconds; `null`: never. */
  readonly lastLeasedAt: number | null;
  /** Tokens of the present day, in UTC. */
  readonly tokensToday: number;
  /** Tokens that it may use in a day; `null`: any number. */
  readonly dailyTokens: number | null;
  /** What its provider said last of its capacity. */
  readonly windows: readonly CapacityWindow[];
}

/** Why no account is free for a run. */
export interface AccountWait extends Reason {
  /** When one is, epoch milliseconds; `null`: nobody can tell. */
  readonly until: number | null;
}
