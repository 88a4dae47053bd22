import { toMaestroError } from "../../base/errors.ts";
import type { Forge } from "../../contracts/forge.ts";
import type { ChangeCheck } from "../../model/change.ts";
import { failedChecks } from "../../policy/index.ts";
import { ask } from "../ask.ts";
import type { WorkContext } from "../context.ts";

/** Kept of one check's log, from its end, bytes. */
const LOG_BYTES = 6_000;
/** Checks whose logs a repair is shown; the others are named only. */
const MOST_LOGS = 3;

/**
 * What failing required checks wrote last, for the run that repairs them; `null` when there is nothing to show. A forge that does not answer
 * takes nothing from the run: the checks are named in its feedback anyway.
 */
export async function readCheckLogs(context: WorkContext): Promise<string | null> {
  const { parts, assignment, signal, log } = context;
  const forge = parts.forge();
  const { changeId, purpose } = assignment;
  if (purpose !== "repair" || changeId === null || forge?.checkLog === undefined) return null;
  try {
    const [change] = await ask(context, signal, (inner) => forge.changesByIds([changeId], { signal: inner }));
    const failed = change === undefined ? [] : failedChecks(change).slice(0, MOST_LOGS);
    const logs: string[] = [];
    for (const check of failed) logs.push(...(await readLog(context, forge, changeId, check)));
    return logs.length === 0 ? null : logs.join("\n\n");
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn("the logs of failed checks could not be read", { error: toMaestroError(error) });
    return null;
  }
}

async function readLog(
  context: WorkContext,
  forge: Forge,
  changeId: string,
  { name }: ChangeCheck,
): Promise<readonly string[]> {
  const read = (signal: AbortSignal) => forge.checkLog?.(changeId, name, { signal, maxBytes: LOG_BYTES });
  const text = await ask(context, context.signal, async (inner) => (await read(inner)) ?? null);
  if (text === null || text.trim() === "") return [];
  const words = context.parts.secrets.redact(text.trim()).slice(-LOG_BYTES);
  return [`End of the log of check ${name}:\n${words}`];
}
