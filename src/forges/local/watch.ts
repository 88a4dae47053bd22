import { basename, join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { watchFiles } from "../../contracts/file-hints.ts";
import { changesFolder } from "./repository.ts";

/** Calls back soon after a change is written or a branch moves. Returns how to stop. */
export function watchForge(repository: string, clock: Clock, log: Log, onHint: () => void): () => Promise<void> {
  const paths = [changesFolder(repository), join(repository, "refs", "heads"), join(repository, "packed-refs")];
  // Drafts of files, and locks: Git's and ours.
  const isIgnored = (path: string): boolean => /^\.|\.lock(?:-journal)?$/.test(basename(path));
  return watchFiles({ paths, isDeep: true, isIgnored, clock, log }, onHint);
}
