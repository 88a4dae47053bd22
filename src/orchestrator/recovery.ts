import { messageOf } from "../base/errors.ts";
import type { Lease } from "../model/work.ts";
import type { WorkOutcome } from "../model/run.ts";
import { reason } from "../model/verdict.ts";
import type { OrchestratorParts } from "./ports.ts";

/**
 * After a crash: everything another instance held is lost, because we hold the instance lock. Its processes are ended before anything
 * else may start, so that no issue runs twice.
 */
export async function recover(
  parts: Pick<OrchestratorParts, "engine" | "instance" | "record" | "endLeftovers" | "log">,
): Promise<void> {
  const lost = await parts.engine.takeOthers(parts.instance);
  await Promise.all(lost.map((lease) => bury(parts, lease, "interrupted", "The service ended while this ran.")));
}

/** Leases that ran out while we live: a holder that stopped beating. */
export async function buryExpired(parts: OrchestratorParts): Promise<void> {
  for (const lease of await parts.engine.takeExpired()) {
    await bury(parts, lease, "lease_expired", "Its worker stopped sending heartbeats.");
  }
}

/**
 * Puts the end of lost work on record once none of its processes lives. While that cannot be made sure nothing is: the engine tells of the
 * lease again, and nothing else starts on its lane.
 */
async function bury(
  parts: Pick<OrchestratorParts, "record" | "endLeftovers" | "log">,
  lease: Lease,
  code: string,
  sentence: string,
): Promise<void> {
  const { work } = lease;
  if (!(await areEnded(parts, lease))) return;
  const outcome: WorkOutcome = {
    status: "lost",
    reason: reason(code, sentence),
    failure: "interrupted",
    signal: { kind: "none" },
    headSha: null,
    changed: false,
    turns: 0,
    notBefore: null,
  };
  await parts.record.transact((tx) =>
    tx.append([
      {
        workflowId: work.workflowId,
        laneId: work.laneId,
        run: work.run,
        fence: null,
        event: { type: "work_settled", data: { id: work.id, kind: work.kind, outcome } },
      },
    ]),
  );
}

async function areEnded(parts: Pick<OrchestratorParts, "endLeftovers" | "log">, lease: Lease): Promise<boolean> {
  const { issue } = lease.work.payload;
  const where = {
    ...{ issue_id: issue.id, issue_identifier: issue.identifier },
    ...{ lane_id: lease.work.laneId, run: lease.work.run },
  };
  try {
    const processes = await parts.endLeftovers(lease);
    if (processes > 0) parts.log.warn("ended processes that a lost run left behind", { ...where, processes });
    return true;
  } catch (error) {
    parts.log.error("left-over processes could not be looked for; their lane waits", {
      ...where,
      error: messageOf(error),
    });
    return false;
  }
}
