import type { OutsideDocument } from "../../model/documents/outside.ts";
import { relative } from "../instant.ts";
import { useNow } from "../parts/ago.tsx";

/** What is left of each allowance that tracker and forge give, and why they are asked less often. Nothing where there is no limit. */
export function OutsideLines({ outside }: { outside: OutsideDocument }) {
  const now = useNow();
  const { api_budgets: budgets, polling } = outside;
  if (budgets.length === 0 && polling.reason === null) return null;
  return (
    <section class="outside-lines" aria-label="API allowances">
      {budgets.map(({ credential, users, limit, remaining, resets_at }) => (
        <p key={credential}>
          {users.join(", ")}: {remaining ?? "?"} of {limit ?? "?"} requests left
          {resets_at !== null && `, full again ${relative(Date.parse(resets_at), now)}`}
        </p>
      ))}
      {polling.reason !== null && <p class="outside-slowed">{polling.reason.sentence}</p>}
    </section>
  );
}
