import { basename } from "node:path";
import { watch } from "chokidar";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";

/** Editors and checkouts touch many files at once; one hint is enough for all of them. Milliseconds. */
const HINT_DELAY_MS = 100;

/**
 * Calls back soon after anything changes in the folder, and once when watching has begun (something may have changed before). A
 * watcher that the system refuses is only a warning: polls see every change. Returns how to stop.
 */
export function watchFolder(directory: string, clock: Clock, log: Log, onHint: () => void): () => Promise<void> {
  let timer: Timer | undefined;
  let stopped = false;
  const hint = (): void => {
    if (stopped || timer !== undefined) return;
    timer = clock.setTimer(HINT_DELAY_MS, () => {
      timer = undefined;
      onHint();
    });
  };
  const watcher = watch(directory, {
    ignoreInitial: true,
    depth: 0,
    followSymlinks: false,
    ignored: (path) => path !== directory && basename(path).startsWith("."),
  });
  watcher.on("all", hint);
  watcher.on("ready", hint);
  watcher.on("error", (error) => {
    const cause = error instanceof Error ? error : new Error(String(error));
    log.warn("the issue folder cannot be watched, changes are seen at the next poll", { directory, error: cause });
  });
  return async () => {
    stopped = true;
    timer?.cancel();
    await watcher.close();
  };
}
