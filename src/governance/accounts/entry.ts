import type { CapacityWindow } from "../../model/capacity.ts";

/**
 * How an account logs in: `own`, a login that lies in its own folder; `machine`, the login that this machine has anyway; `key`, a secret of the
 * credential store.
 */
export type LoginKind = "own" | "machine" | "key";

/** A configured account, or a token for a tracker or a forge. */
export interface AccountEntry {
  /** Kind of the agent provider, tracker or forge. */
  readonly kind: string;
  readonly id: string;
  readonly enabled: boolean;
  readonly login: LoginKind;
  /** Variable of an agent's environment that takes the key; `null`: it has none. */
  readonly variable: string | null;
  /** Whose it is, for people; `null`: nobody said. */
  readonly email: string | null;
  /** Runs at the same time; `null`: as the workflow says. */
  readonly limit: number | null;
  /** Rest after each run, milliseconds; `null`: as the workflow says. */
  readonly cooldownMs: number | null;
  /** Tokens in a day; `null`: as the workflow says. */
  readonly dailyTokens: number | null;
  readonly createdAt: number;
  /** When it was tried last, and what came of it; `null`: never. */
  readonly verified: { readonly at: number; readonly ok: boolean; readonly sentence: string } | null;
}

/** A run that uses an account. Instants are epoch milliseconds. */
export interface LeaseRow {
  readonly workId: string;
  readonly kind: string;
  readonly id: string;
  readonly workflowId: string;
  readonly laneId: string;
  readonly run: number;
  /** Of the service that holds it. */
  readonly pid: number;
  /** What tells that process from every other one with its id. */
  readonly marker: string;
  readonly takenAt: number;
}

/** What was used of an account on a day. */
export interface DayUse {
  readonly tokens: number;
  /** Known part of the money, in billionths of a US dollar. */
  readonly nanoUsd: number;
  readonly sessions: number;
}

/** A window as it was told last. */
export interface HeardWindow extends CapacityWindow {
  readonly account: string;
  readonly heardAt: number;
}
