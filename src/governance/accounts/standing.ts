import { type AccountStanding, accountOf } from "../../model/account.ts";
import { dayOf } from "../../model/day.ts";
import type { AccountBook } from "./book.ts";

/** How every configured account stands now. `cooldownMs`: the rest of those that say nothing of their own. */
export function standingOf(book: AccountBook, now: number, cooldownMs: number): readonly AccountStanding[] {
  const accounts = book.accounts();
  if (accounts.length === 0) return [];
  const leases = book.leases();
  const windows = book.windows();
  const used = book.used(dayOf(now, "UTC"));
  return accounts.map(({ kind, id, enabled, limit, dailyTokens, leasedAt, releasedAt, ...entry }) => {
    const name = accountOf(kind, id);
    const rest = entry.cooldownMs ?? cooldownMs;
    return {
      ...{ kind, id, enabled, limit, dailyTokens, lastLeasedAt: leasedAt },
      leases: leases.filter((lease) => lease.kind === kind && lease.id === id).length,
      coolsUntil: releasedAt === null || rest === 0 || releasedAt + rest <= now ? null : releasedAt + rest,
      tokensToday: used.get(name)?.tokens ?? 0,
      windows: windows.flatMap(({ account, window, usedShare, resetAt }) =>
        account === name ? [{ window, usedShare, resetAt }] : [],
      ),
    };
  });
}
