import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../../src/base/clock.ts";
import type { Random } from "../../../src/base/random.ts";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { localTracker } from "../../../src/trackers/local/index.ts";
import { trackerPlace, type TrackerPlace } from "../context.ts";

/** Options of a call that nobody aborts. */
export const options = { signal: new AbortController().signal };

/** A folder of issue files for one test. */
export interface IssueFiles extends TrackerPlace {
  readonly folder: string;
  path(name: string): string;
  read(name: string): string;
  write(name: string, text: string): void;
  /** A tracker on the folder; with `random` the test gets a foot into every write. */
  open(random?: Random): Promise<Tracker>;
}

/** An empty folder of issue files under a temporary project. */
export function issueFiles(clock?: Clock): IssueFiles {
  const place = trackerPlace(clock);
  const folder = join(place.context.directory, ".maestro/issues");
  mkdirSync(folder, { recursive: true });
  const path = (name: string): string => join(folder, name);
  return {
    ...place,
    folder,
    path,
    read: (name) => readFileSync(path(name), "utf8"),
    write: (name, text) => writeFileSync(path(name), text),
    open: (random = place.context.random) => localTracker.open({}, { ...place.context, random }),
  };
}

/** The text of a small issue file. */
export function issueText(title: string, more = "", body = ""): string {
  return `---\ntitle: ${title}\nstate: Todo\n${more}---\n${body}`;
}
