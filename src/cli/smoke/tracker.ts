import type { Tracker } from "../../contracts/tracker.ts";
import type { Issue } from "../../model/issue.ts";
import { activeStates } from "../../model/workflow.ts";
import type { Target } from "../app.ts";
import type { Cli } from "../cli.ts";
import { findIssue } from "../issue/find-issue.ts";
import { usageError } from "../problem.ts";
import { using } from "../reading.ts";
import { type Probe, runSmoke } from "./probes.ts";

/** What `maestro smoke tracker` is asked for. */
export interface TrackerSmokeOptions {
  readonly issue?: string;
  readonly confirmStateWrite?: boolean;
  /** Milliseconds. */
  readonly timeoutS: number;
  readonly json?: boolean;
}

/** `maestro smoke tracker`. Throws `usage`, and what finding the workflow file throws. */
export async function smokeTracker(cli: Cli, target: Target, options: TrackerSmokeOptions): Promise<void> {
  const { issue: wanted, confirmStateWrite, timeoutS: limitMs, json = false } = options;
  if (confirmStateWrite && wanted === undefined) {
    throw usageError("--confirm-state-write needs --issue.", "`maestro issue list` shows the issues.");
  }
  const app = await cli.app();
  const project = await app.locate(target);
  await runSmoke(cli, { name: "tracker", limitMs, json }, async (probe) => {
    const workflow = await probe("config", async () => {
      const loaded = await app.workflow(project);
      return [loaded, `${loaded.path} is valid, its tracker is "${loaded.tracker.kind}"`];
    });
    await using(await app.tracker(project), async (tracker) => {
      await probe("health", async (signal) => [await tracker.health({ signal }), "it can be reached and read"]);
      const states = activeStates(workflow);
      await probe("list-states", async (signal) => {
        const issues = await tracker.issuesByStates(states, { signal });
        return [issues, `${count(issues.length, "issue")} in ${states.join(", ")}`];
      });
      if (wanted === undefined) return;
      const issue = await probe("fetch-issue", async (signal) => {
        const found = await findIssue(tracker, wanted, { signal });
        return [found, `${found.identifier} "${found.title}" is in "${found.state}"`];
      });
      if (confirmStateWrite) await writeBack(probe, tracker, issue);
    });
  });
}

/** With its precondition, so that nothing is undone that somebody else did meanwhile. */
async function writeBack(probe: Probe, tracker: Tracker, issue: Issue): Promise<void> {
  await probe("state-write", async (signal) => {
    const result = await tracker.move(issue.id, { to: issue.state, from: issue.state }, { signal });
    const words = { moved: "was written", already: "was asked for and is there", conflict: "is not there any more" };
    return [result, `"${issue.state}" ${words[result]}`];
  });
}

/** A number with its noun. */
export function count(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? "" : "s"}`;
}
