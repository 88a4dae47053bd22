import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatFrontMatter } from "../../../src/base/front-matter.ts";
import type { SeedIssue, TrackerHarness } from "../../../src/contracts/conformance/tracker.ts";
import type { Tracker } from "../../../src/contracts/tracker.ts";
import { localTracker } from "../../../src/trackers/local/index.ts";
import { trackerPlace } from "../context.ts";

/** A local tracker as the conformance cases use it; people's files are written as people write them. */
export function localHarness(): TrackerHarness & { dispose(): Promise<void> } {
  const { context, remove } = trackerPlace();
  const folder = join(context.directory, ".maestro/issues");
  const path = (identifier: string): string => join(folder, `${identifier}.md`);
  const clients = new Set<Tracker>();
  mkdirSync(folder, { recursive: true });
  const open = async (): Promise<Tracker> => {
    const client = await localTracker.open({}, context);
    clients.add(client);
    return client;
  };
  const closeAll = async (): Promise<void> => {
    for (const client of clients) await client.close();
    clients.clear();
  };
  return {
    seed: async (issues) => {
      for (const issue of issues) writeFileSync(path(issue.identifier), fileOf(issue));
      return issues.map(({ identifier }) => ({ id: identifier, identifier }));
    },
    open,
    reopen: async () => {
      await closeAll();
      return open();
    },
    sever: async () => renameSync(folder, `${folder}-away`),
    breakIssue: async (identifier) => {
      const text = readFileSync(path(identifier), "utf8");
      writeFileSync(path(identifier), text.replace(/^title: .*\n/m, ""));
    },
    editByHand: async (identifier, { state, description }) => {
      const text = readFileSync(path(identifier), "utf8").replace(/^state: .*$/m, `state: ${state}`);
      writeFileSync(path(identifier), `${text}\n${description}\n`);
    },
    pause: () => context.clock.sleep(30),
    dispose: async () => {
      await closeAll();
      remove();
    },
  };
}

function fileOf({ title, state, description, labels, priority, blockedBy }: SeedIssue): string {
  const data = {
    ...{ title, state },
    ...(labels === undefined ? {} : { labels }),
    ...(priority === undefined ? {} : { priority }),
    ...(blockedBy === undefined ? {} : { blocked_by: blockedBy }),
  };
  return formatFrontMatter(data, description === undefined ? "" : `\n${description}\n`);
}
