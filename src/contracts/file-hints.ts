import { watch } from "chokidar";
import type { Clock, Timer } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

/** What is watched, and how. */
export interface FileHints {
  /** Absolute paths of folders and files; one that does not exist yet is watched for. */
  readonly paths: readonly string[];
  /** Whether folders in the folders are watched too. */
  readonly isDeep: boolean;
  /** What changes without meaning anything: drafts, locks. Not asked about `paths` themselves. */
  readonly isIgnored: (path: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Editors, checkouts and pushes touch many files at once; one hint is enough for all of them. Milliseconds. */
const HINT_DELAY_MS = 100;

/**
 * For trackers and forges that keep their data in files: calls back soon after anything changes, and once when watching has begun
 * (something may have changed before). A watcher that the system refuses is only a warning: polls see every change. Returns how to stop.
 */
export function watchFiles(
  { paths, isDeep, isIgnored, clock, log }: FileHints,
  onHint: () => void,
): () => Promise<void> {
  let timer: Timer | undefined;
  let stopped = false;
  const hint = (): void => {
    if (stopped || timer !== undefined) return;
    timer = clock.setTimer(HINT_DELAY_MS, () => {
      timer = undefined;
      onHint();
    });
  };
  const watcher = watch([...paths], {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => !paths.includes(path) && isIgnored(path),
    ...(isDeep ? {} : { depth: 0 }),
  });
  watcher.on("all", hint);
  watcher.on("ready", hint);
  watcher.on("error", (error) => {
    const cause = error instanceof Error ? error : new Error(String(error));
    log.warn("these files cannot be watched, changes are seen at the next poll", { paths: [...paths], error: cause });
  });
  return async () => {
    stopped = true;
    timer?.cancel();
    await watcher.close();
  };
}
