import { toMaestroError } from "../base/errors.ts";
import type { WorkOutcome } from "../model/run.ts";
import type { WorkContext } from "./context.ts";
import { dropRows } from "./outbox-rows.ts";

/** Tries to put an outcome on record before the lease is left to run out. */
const TRIES = 3;
const PAUSE_MS = 1_000;

/**
 * Ends the lease with its outcome, in one transaction with the end of outside writes that were never begun. Returns whether the lease was
 * still held; when it was not, nothing was written. Never rejects: what cannot be settled expires, and that is a fact too.
 */
export async function settle(context: WorkContext, outcome: WorkOutcome): Promise<boolean> {
  const { parts, lease, log } = context;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const held = await trySettle(context, outcome);
      if (!held) log.warn("the lease was lost before its work could be settled", { status: outcome.status });
      return held;
    } catch (error) {
      const failure = toMaestroError(error);
      log.error("work could not be settled", { attempt, error: failure });
      if (failure.code === "stale_fence" || failure.code === "record_closed") return false;
      if (attempt < TRIES) await parts.clock.sleep(PAUSE_MS);
    }
  }
  log.error("the outcome is left to the end of the lease", { expires_at: lease.expiresAt });
  return false;
}

async function trySettle(context: WorkContext, outcome: WorkOutcome): Promise<boolean> {
  const { parts, lease } = context;
  const dropped = await dropRows(context);
  return parts.record.transact(async (tx) => {
    const held = await parts.engine.settle(tx, lease, outcome);
    if (held && dropped.length > 0) await tx.append(dropped);
    return held;
  });
}
