import { abortedError } from "./errors.ts";

/** A pending call of `Clock.setTimer`. */
export interface Timer {
  /** Makes sure that the timer never fires (again). Idempotent. */
  cancel(): void;
}

/** Time as the product sees it. Injected everywhere, so that a simulation can own it. */
export interface Clock {
  /** Wall time in epoch milliseconds; may jump. For records and people. */
  now(): number;
  /** Milliseconds from an arbitrary origin that never run backwards. For durations and deadlines. */
  monotonic(): number;
  /** Runs `run` once after `ms` milliseconds (0 when negative; Infinity never). Any length is fine. */
  setTimer(ms: number, run: () => void): Timer;
  /** Resolves after `ms` milliseconds; rejects with MaestroError `aborted` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The operating system's clock. Its timers keep the process alive until they fire or are cancelled. */
export function systemClock(): Clock {
  const setTimer = (ms: number, run: () => void): Timer => startTimer(ms, run);
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer,
    sleep: (ms, signal) => sleepWith(setTimer, ms, signal),
  };
}

/** `Clock.sleep` in terms of `Clock.setTimer`, for every implementation of a clock. Leaves no timer and no listener behind. */
export function sleepWith(setTimer: Clock["setTimer"], ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortedError(signal));
      return;
    }
    const stop = (): void => {
      timer.cancel();
      if (signal) reject(abortedError(signal));
    };
    const timer = setTimer(ms, () => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Node fires a longer setTimeout at once, so longer waits are made of several. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

function startTimer(ms: number, run: () => void): Timer {
  let left = Math.max(0, ms);
  let handle: NodeJS.Timeout | undefined;
  const arm = (): void => {
    const step = Math.min(left, LONGEST_TIMEOUT_MS);
    left -= step;
    handle = setTimeout(() => (left > 0 ? arm() : run()), step);
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}
