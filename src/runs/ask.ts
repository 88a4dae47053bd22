import { throwIfAborted, withDeadline } from "../base/abort.ts";
import { toMaestroError } from "../base/errors.ts";
import type { WorkContext } from "./context.ts";

/** Tries of a question to an outside system. */
const TRIES = 3;
/** Longest wait for one answer, milliseconds. */
const CALL_DEADLINE_MS = 30_000;
/** Pause after the first failed try, doubled after each, milliseconds. */
const FIRST_PAUSE_MS = 500;

/** Asks tracker or forge, more than once when that may help. Never for writes. Throws the last error, or `aborted`. */
export async function ask<T>(
  { parts, log }: Pick<WorkContext, "parts" | "log">,
  signal: AbortSignal,
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock } = parts;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await withDeadline(clock, CALL_DEADLINE_MS, signal, question);
    } catch (thrown) {
      throwIfAborted(signal);
      const error = toMaestroError(thrown);
      if (!error.retryable || attempt >= TRIES) throw error;
      log.warn("an outside system could not be asked", { attempt, error });
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal);
    }
  }
}
