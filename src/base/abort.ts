import { setMaxListeners } from "node:events";
import type { Clock } from "./clock.ts";
import { abortedError, MaestroError, reasonText } from "./errors.ts";

/** Throws MaestroError `aborted` when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** Why a signal was aborted, in words; "not aborted" when it was not. */
export function abortReason(signal: AbortSignal): string {
  return signal.aborted ? reasonText(signal.reason) : "not aborted";
}

/** A controller whose signal any number of waits may listen to at once: Node warns of a leak from the eleventh on. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A signal that is aborted with the first of these. Missing ones are skipped; with none it is never aborted. */
export function anySignal(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const present = signals.filter((signal) => signal !== undefined);
  const [only] = present;
  return only !== undefined && present.length === 1 ? only : AbortSignal.any(present);
}

/**
 * Runs work for at most `ms` milliseconds. The work gets a signal that is aborted by the deadline and by `signal`; the answer does not
 * wait for work that ignores it. Rejects with MaestroError `deadline` (retryable, facts {ms}), with `aborted`, or with the
 * work's own error. Leaves no timer and no listener behind.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const controller = new AbortController();
  let release = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    // Rejecting comes first: the work's own reaction to the abort must not win the race.
    const stop = (error: MaestroError): void => {
      reject(error);
      controller.abort(error);
    };
    const timer = clock.setTimer(ms, () => stop(deadlineError(ms)));
    const onAbort = (): void => {
      if (signal) stop(abortedError(signal));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    release = () => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([stopped, run(controller.signal)]);
  } finally {
    release();
  }
}

function deadlineError(ms: number): MaestroError {
  return new MaestroError({ code: "deadline", message: `Not done within ${ms} ms.`, retryable: true, facts: { ms } });
}
