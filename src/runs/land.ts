import { MaestroError } from "../base/errors.ts";
import type { Forge } from "../contracts/forge.ts";
import type { Change } from "../model/change.ts";
import type { WorkOutcome } from "../model/run.ts";
import { type Reason, reason } from "../model/verdict.ts";
import { ask } from "./ask.ts";
import type { WorkContext } from "./context.ts";
import { brokenOff, failed, failedWith, succeeded } from "./outcome.ts";
import { carryOutRows } from "./outbox-rows.ts";

/** Merges exactly the head that was reviewed, after looking once more at the change. Never rejects. */
export async function carryLand(context: WorkContext): Promise<WorkOutcome> {
  const { assignment, parts, observer, signal } = context;
  const { changeId, headSha } = assignment;
  const forge = parts.forge();
  if (forge === null || changeId === null || headSha === null) {
    return failed("fatal", reason("nothing_to_land", "There is no forge, change or head to land."));
  }
  try {
    const change = await readChange(context, forge, changeId);
    const obstacle = findObstacle(change, headSha);
    if (obstacle !== null) return failed("outside", obstacle, { headSha });
    const mergedSha = (await merge(context, forge)) ?? change?.mergedSha ?? null;
    if (mergedSha === null) {
      return failed("fatal", reason("nothing_to_land", "The work was not told to merge anything."), { headSha });
    }
    await observer.observe({
      type: "evidence_recorded",
      data: {
        kind: "landed",
        witness: "forge",
        ok: true,
        sentence: `Change ${changeId} was merged as ${mergedSha.slice(0, 10)}.`,
        headSha,
        facts: { change_id: changeId, merged_sha: mergedSha },
      },
    });
    return succeeded(reason("landed", `Change ${changeId} was merged as ${mergedSha.slice(0, 10)}.`), { headSha });
  } catch (error) {
    return signal.aborted ? brokenOff(signal, { headSha }) : failedWith(error, { headSha });
  }
}

/** Why this change cannot be landed at this head, as far as it shows. */
function findObstacle(change: Change | undefined, headSha: string): Reason | null {
  if (change === undefined) return reason("change_gone", "The forge no longer shows the change.");
  if (change.headSha !== headSha) {
    return reason("head_moved", `The change is at ${change.headSha.slice(0, 10)}, not at the reviewed head.`);
  }
  return change.state === "closed" ? reason("closed", "Somebody closed the change.") : null;
}

/** Carries out the planned merge; the merged commit, or `null` when none was planned. */
async function merge(context: WorkContext, forge: Forge): Promise<string | null> {
  const [merged] = await carryOutRows(context, {
    kind: "merge",
    send: async ({ changeId, headSha }, signal) => {
      const result = await forge.merge(changeId, headSha, { signal });
      if (result.kind !== "refused") return result.sha;
      throw new MaestroError({ code: result.code, message: result.sentence });
    },
    lookUp: async ({ changeId, headSha }) => {
      const change = await readChange(context, forge, changeId);
      return change?.state === "merged" && change.headSha === headSha ? { result: change.mergedSha } : undefined;
    },
  });
  return merged?.result ?? null;
}

async function readChange(context: WorkContext, forge: Forge, id: string): Promise<Change | undefined> {
  const changes = await ask(context, context.signal, (signal) => forge.changesByIds([id], { signal }));
  return changes.find((change) => change.id === id);
}
