import type { Clock } from "../../base/clock.ts";
import { toMaestroError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { SharedAccounts } from "./shared-accounts.ts";

/** How accounts are looked at in the background. */
export interface AccountWatch {
  /** Milliseconds; asked before each wait. */
  readonly intervalMs: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Somebody has written, this service included: whoever waits for an account may look again. Must not throw. */
  readonly onChange: () => void;
}

/** Frees what dead processes hold and tells of what others wrote, again and again until it is aborted. Never rejects. */
export async function watchAccounts(shared: SharedAccounts, watch: AccountWatch): Promise<void> {
  const { clock, signal, log } = watch;
  let last = "";
  while (!signal.aborted) {
    try {
      await shared.prune();
      const revision = shared.book.revision();
      if (revision !== last) watch.onChange();
      last = revision;
    } catch (error) {
      log.warn("the accounts could not be looked at", { error: toMaestroError(error) });
    }
    try {
      await clock.sleep(watch.intervalMs(), signal);
    } catch {
      // It was aborted.
    }
  }
}
