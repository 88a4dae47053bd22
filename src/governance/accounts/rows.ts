import { accountOf, FOR_GOOD } from "../../model/account.ts";
import type { AccountRow } from "../../model/documents/status.ts";
import { dayOf } from "../../model/day.ts";
import type { AccountBook } from "./book.ts";
import { standingOf } from "./standing.ts";

/** Every configured account as documents show it. */
export function accountRows(book: AccountBook, now: number): readonly AccountRow[] {
  const entries = book.accounts();
  if (entries.length === 0) return [];
  const pauses = book.pauses().filter(({ until }) => until > now);
  const used = book.used(dayOf(now, "UTC"));
  const standing = standingOf(book, now, 0);
  return entries.map((entry, at) => {
    const { kind, id, login, email, enabled, verified } = entry;
    const account = accountOf(kind, id);
    const pause = pauses.find((one) => one.account === account);
    const { leases = 0, limit = null, windows = [] } = standing[at] ?? {};
    const isFull = limit !== null && leases >= limit;
    const { tokens, nanoUsd, sessions } = used.get(account) ?? { tokens: 0, nanoUsd: 0, sessions: 0 };
    return {
      ...{ account, kind, id, login, email, enabled },
      state: !enabled ? "disabled" : pause !== undefined ? "paused" : isFull ? "busy" : "ready",
      reason: pause === undefined ? null : pause.sentence,
      paused_until: pause === undefined || pause.until >= FOR_GOOD ? null : new Date(pause.until).toISOString(),
      ...{ leases, limit, daily_token_budget: entry.dailyTokens, cooldown_ms: entry.cooldownMs },
      today: { tokens, cost_usd: Math.round(nanoUsd / 1_000) / 1_000_000, sessions },
      windows: windows.map(({ window, usedShare, resetAt }) => ({
        window,
        used_share: usedShare,
        resets_at: resetAt === null ? null : new Date(resetAt).toISOString(),
      })),
      verified:
        verified === null
          ? null
          : { at: new Date(verified.at).toISOString(), ok: verified.ok, sentence: verified.sentence },
    };
  });
}
