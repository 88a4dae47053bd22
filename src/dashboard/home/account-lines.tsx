import type { AccountRow } from "../../model/documents/status.ts";

/** The configured accounts: how each stands, who uses it, and what its provider said of its capacity. */
export function AccountLines({ accounts }: { accounts: readonly AccountRow[] }) {
  return (
    <section class="outside-lines" aria-label="Accounts">
      {accounts.map(({ account, state, leases, limit, today, windows }) => (
        <p key={account}>
          Account {account}: {state}, {leases}
          {limit === null ? "" : ` of ${limit}`} runs, {today.tokens} tokens today
          {windows.map(({ window, used_share: share }) =>
            share === null ? "" : `, ${window} ${Math.round(share * 100)} % used`,
          )}
        </p>
      ))}
    </section>
  );
}
