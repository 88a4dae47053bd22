import type { Clock } from "../../base/clock.ts";
import { loopTurn, type OutputPump } from "./output-pump.ts";

/** No pipe of the system holds more, so whatever comes beyond it was written after the process had ended. */
const PIPE_BYTES = 1024 * 1024;
/** What the process left in the pipe is there at once; a pipe that is silent this long is only held open by others. */
const SILENCE_MS = 200;
/** For consumers that never finish. */
const LIMIT_MS = 10_000;

/**
 * After the process has ended: waits for its last output. A descendant that keeps the pipe open, or goes on writing into
 * it, cannot hold this up: the pipes are closed after some silence, or after more than the process can have left.
 * Returns whether the pipes ended by themselves.
 */
export async function finishOutput(clock: Clock, pumps: readonly OutputPump[]): Promise<boolean> {
  const sum = (): number => pumps.reduce((total, pump) => total + pump.delivered, 0);
  const most = sum() + PIPE_BYTES * pumps.length;
  const ended = Promise.all(pumps.map((pump) => pump.ended));
  const limit = clock.monotonic() + LIMIT_MS;
  for (let before = sum(); ; before = sum()) {
    if (await endsWithin(clock, ended, SILENCE_MS)) return true;
    // Timers fire before input is read, so a busy process may have overlooked what is there.
    await loopTurn();
    await loopTurn();
    const isActive = sum() > before || pumps.some((pump) => pump.busy);
    if (!isActive || sum() > most || clock.monotonic() > limit) break;
  }
  for (const pump of pumps) pump.stop();
  await endsWithin(clock, ended, SILENCE_MS);
  return false;
}

function endsWithin(clock: Clock, ended: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, () => resolve(false));
    void ended.then(() => {
      timer.cancel();
      resolve(true);
    });
  });
}
