import type { AccountPauseRow } from "../../model/documents/status.ts";
import { relative } from "../instant.ts";
import { useNow } from "../parts/ago.tsx";

/** Accounts that their providers turned away, and how long that lasts. */
export function PauseLines({ pauses }: { pauses: readonly AccountPauseRow[] }) {
  const now = useNow();
  return (
    <section class="outside-lines" aria-label="Paused accounts">
      {pauses.map(({ account, until, reason }) => (
        <p key={account} class="outside-slowed">
          Account {account} is paused and goes on {relative(Date.parse(until), now)}: {reason.sentence}
        </p>
      ))}
    </section>
  );
}
