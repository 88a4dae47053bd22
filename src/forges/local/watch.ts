import { basename, join } from "node:path";
import { watch } from "chokidar";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { changesFolder } from "./repository.ts";

/** A push touches many files at once; one hint is enough for all of them. Milliseconds. */
const HINT_DELAY_MS = 100;

/**
 * Calls back soon after a change or a branch moves, and once when watching has begun. A watcher that the system refuses is only a
 * warning: polls see everything. Returns how to stop.
 */
export function watchForge(repository: string, clock: Clock, log: Log, onHint: () => void): () => Promise<void> {
  let timer: Timer | undefined;
  let stopped = false;
  const hint = (): void => {
    if (stopped || timer !== undefined) return;
    timer = clock.setTimer(HINT_DELAY_MS, () => {
      timer = undefined;
      onHint();
    });
  };
  const roots = [changesFolder(repository), join(repository, "refs", "heads"), join(repository, "packed-refs")];
  const watcher = watch(roots, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => !roots.includes(path) && /^\.|\.lock(?:-journal|\.owner)?$/.test(basename(path)),
  });
  watcher.on("all", hint);
  watcher.on("ready", hint);
  watcher.on("error", (error) => {
    const cause = error instanceof Error ? error : new Error(String(error));
    log.warn("the forge cannot be watched, changes are seen at the next poll", { repository, error: cause });
  });
  return async () => {
    stopped = true;
    timer?.cancel();
    await watcher.close();
  };
}
