import type { AccountStanding } from "../model/account.ts";

/** The right of a run to use an account. */
export interface AccountLease {
  /** Work that uses it. */
  readonly workId: string;
  /** Kind of the agent provider. */
  readonly kind: string;
  readonly id: string;
  readonly laneId: string;
  readonly run: number;
  /** Runs at the same time that the workflow allows on an account that says nothing of its own; `null`: any number. */
  readonly limit: number | null;
}

/** The accounts that somebody has configured, shared by all services of this user. What they answer is as of this moment. */
export interface AccountPool {
  /** Every configured account, in the order of their names. May throw `accounts_failed`. */
  standing(): readonly AccountStanding[];
  /**
   * Takes an account for a run, or takes it over for the same work after a restart; `false` when it is used as often as it may be, switched off or
   * gone. May throw `accounts_failed`.
   */
  lease(lease: AccountLease): boolean;
  /** Gives it back; nothing happens when it was not taken. May throw `accounts_failed`. */
  release(workId: string): void;
  /** Frees what dead processes had taken. Never rejects. */
  prune(): Promise<void>;
}
