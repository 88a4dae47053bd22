import { basename } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { watchFiles } from "../../contracts/file-hints.ts";

/** Calls back soon after an issue file changes. Returns how to stop. */
export function watchFolder(directory: string, clock: Clock, log: Log, onHint: () => void): () => Promise<void> {
  const isIgnored = (path: string): boolean => basename(path).startsWith(".");
  return watchFiles({ paths: [directory], isDeep: false, isIgnored, clock, log }, onHint);
}
