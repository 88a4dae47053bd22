import type { AccountPause } from "../../model/account.ts";
import type { AccountEntry, DayUse, HeardWindow, LeaseRow } from "./entry.ts";

// Rows of our own file: what was written there is what these types say, as of the version in its table `meta`.

/** What stands in the column `data`. */
function dataOf(row: unknown): unknown {
  return JSON.parse((row as { data: string }).data);
}

/** A row of `accounts`, with when it was leased and given back last. */
export function entryOf(row: unknown): AccountEntry & { leasedAt: number | null; releasedAt: number | null } {
  const { leased_at: leasedAt, released_at: releasedAt } = row as {
    leased_at: number | null;
    released_at: number | null;
  };
  return { ...(dataOf(row) as AccountEntry), leasedAt, releasedAt };
}

/** A row of `leases`. */
export function leaseOf(row: unknown): LeaseRow {
  return dataOf(row) as LeaseRow;
}

/** A row of `pauses`. */
export function pauseOf(row: unknown): AccountPause {
  return dataOf(row) as AccountPause;
}

/** A row of `windows`. */
export function windowOf(row: unknown): HeardWindow {
  return dataOf(row) as HeardWindow;
}

/** Sums of `usage`, by account. */
export function useOf(row: unknown): DayUse & { readonly account: string } {
  const {
    account,
    tokens,
    nano_usd: nanoUsd,
    sessions,
  } = row as {
    account: string;
    tokens: number;
    nano_usd: number;
    sessions: number;
  };
  return { account, tokens, nanoUsd, sessions };
}

/** The one number of a row. */
export function numberIn(row: unknown): number {
  const [value] = Object.values((row ?? {}) as Record<string, unknown>);
  return Number(value ?? 0);
}
