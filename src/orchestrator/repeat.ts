import { toMaestroError } from "../base/errors.ts";
import type { OrchestratorParts } from "./ports.ts";

/** Pause after a turn of a loop that failed, milliseconds: a broken disk must not become a busy loop. */
const FAILURE_PAUSE_MS = 1_000;

/** Repeats until stopped. A failed turn is logged and followed by a pause; it never ends the service. Of a full disk the record tells. */
export async function repeat(
  { record, log, clock }: OrchestratorParts,
  name: string,
  turn: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await turn();
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = toMaestroError(error);
      if (record.trouble() === null) log.error("a turn failed", { loop: name, code, error: message });
      await clock.sleep(FAILURE_PAUSE_MS, signal).catch(() => undefined);
    }
  }
}
