import { toMaestroError } from "../base/errors.ts";
import type { EventDraft } from "../model/events/envelope.ts";
import type { WorkOutcome } from "../model/run.ts";
import type { WorkContext } from "./context.ts";
import { dropRows } from "./outbox-rows.ts";

/** Tries to put an outcome on record before the lease is left to run out. */
const TRIES = 3;
const PAUSE_MS = 1_000;

/**
 * Ends the lease with its outcome, in one transaction with the end of outside writes that were never begun. Returns whether the lease was
 * still held; when it was not, nothing was written. What an agent was paid for is not given up for a full disk: that is waited out, unless
 * the worker stops. Never rejects: what cannot be settled expires, and that is a fact too.
 */
export async function settle(context: WorkContext, outcome: WorkOutcome): Promise<boolean> {
  const { lease, log, stopping } = context;
  let last = "";
  for (let attempt = 1; ; attempt += 1) {
    try {
      const held = await trySettle(context, outcome);
      if (!held) log.warn("the lease was lost before its work could be settled", { status: outcome.status });
      return held;
    } catch (error) {
      const failure = toMaestroError(error);
      const waits = failure.code === "disk_full" && !stopping.aborted;
      if (!waits || failure.code !== last) log.error("work could not be settled", { attempt, error: failure });
      if (failure.code === "stale_fence" || failure.code === "record_closed") return false;
      if (!waits && attempt >= TRIES) break;
      last = failure.code;
      await pause(context, waits);
    }
  }
  log.error("the outcome is left to the end of the lease", { expires_at: lease.expiresAt });
  return false;
}

/** A wait for space ends when the worker stops; the last tries of a stopping one have their pauses. */
async function pause({ parts, stopping }: WorkContext, waits: boolean): Promise<void> {
  await parts.clock.sleep(PAUSE_MS, waits ? stopping : undefined).catch(() => {
    // The worker stops.
  });
}

async function trySettle(context: WorkContext, outcome: WorkOutcome): Promise<boolean> {
  const { parts, lease } = context;
  const dropped = await dropRows(context);
  const ends = [...dropped, ...summarised(context, outcome)];
  return parts.record.transact(async (tx) => {
    const held = await parts.engine.settle(tx, lease, outcome);
    if (held && ends.length > 0) await tx.append(ends);
    return held;
  });
}

/** What a run came to. In the transaction of its end, so that one that ended always has it. */
function summarised({ parts, work, lease, workflow, tally }: WorkContext, outcome: WorkOutcome): EventDraft[] {
  if (work.kind !== "run") return [];
  const { workflowId, laneId, run } = work;
  const known = {
    profile: workflow.profile.kind,
    agent: workflow.agentProvider.kind,
    runtime: workflow.agentRuntime.placement,
    machine: parts.machine,
    worker: lease.holder,
    turns: outcome.turns,
    headSha: outcome.headSha,
  };
  const data = { summary: tally.summary(known, parts.secrets) };
  return [{ workflowId, laneId, run, fence: lease.fence, event: { type: "run_summarised", data } }];
}
