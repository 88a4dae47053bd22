import { MaestroError } from "../../base/errors.ts";
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
  readonly confirmWrites?: boolean;
  /** Milliseconds. */
  readonly timeoutS: number;
  readonly json?: boolean;
}

/** `maestro smoke tracker`. Throws `usage`, and what finding the workflow file throws. */
export async function smokeTracker(cli: Cli, target: Target, options: TrackerSmokeOptions): Promise<void> {
  const { issue: wanted, confirmStateWrite, confirmWrites, timeoutS: limitMs, json = false } = options;
  if (confirmStateWrite && wanted === undefined) {
    throw usageError("--confirm-state-write needs --issue.", "`maestro issue list` shows the issues.");
  }
  if (confirmWrites && wanted === undefined) {
    throw usageError("--confirm-writes needs --issue.", "`maestro issue list` shows the issues.");
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
      if (tracker.states !== undefined)
        await probe("project-states", async (signal) => {
          const names = ((await tracker.states?.({ signal })) ?? []).map(({ name }) => name);
          return [names, names.join(", ")];
        });
      if (wanted === undefined) return;
      const issue = await probe("fetch-issue", async (signal) => {
        const found = await findIssue(tracker, wanted, { signal });
        return [found, `${found.identifier} "${found.title}" is in "${found.state}"`];
      });
      if (confirmStateWrite || confirmWrites) await writeBack(probe, tracker, issue);
      if (confirmWrites) await writeAndCleanUp(probe, tracker, issue, workflow.tracker.needsAttentionLabel);
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

/** Sets and takes off again what leaves no trace: a label that is not there, and the claim on the issue. */
async function writeAndCleanUp(probe: Probe, tracker: Tracker, issue: Issue, label: string): Promise<void> {
  if (tracker.capabilities.label) await tryLabel(probe, tracker, issue, label);
  if (tracker.claim !== undefined) await tryClaim(probe, tracker, issue);
}

async function tryLabel(probe: Probe, tracker: Tracker, { id, labels }: Issue, label: string): Promise<void> {
  if (labels.includes(label)) return;
  const set = (change: { add: readonly string[]; remove: readonly string[] }) => (signal: AbortSignal) =>
    tracker.label(id, change, { signal });
  try {
    await probe("label-write", async (signal) => {
      await set({ add: [label], remove: [] })(signal);
      const [seen] = await tracker.issuesByIds([id], { signal });
      if (seen?.labels.includes(label) === true) return [null, `"${label}" was set`];
      throw notSeen(`The tracker took the label "${label}" and does not show it.`);
    });
  } finally {
    await probe("label-cleanup", async (signal) => [
      await set({ add: [], remove: [label] })(signal),
      `"${label}" was taken off`,
    ]);
  }
}

/** A claim of somebody who works on the issue is left alone. */
async function tryClaim(probe: Probe, tracker: Tracker, { id }: Issue): Promise<void> {
  const owner = "maestro-smoke";
  try {
    await probe("claim-write", async (signal) => {
      const result = await tracker.claim?.(id, { owner, expiresAt: Date.now() + CLAIM_MS }, { signal });
      return [result, result?.kind === "held" ? `${result.owner} has it, as others would see` : "it was claimed"];
    });
  } finally {
    await probe("claim-cleanup", async (signal) => [await tracker.release?.(id, owner, { signal }), "it was given up"]);
  }
}

/** How long the claim of a trial would stand if it could not be given up, milliseconds. */
const CLAIM_MS = 60_000;

function notSeen(message: string): MaestroError {
  return new MaestroError({ code: "tracker_response", message });
}

/** A number with its noun. */
export function count(many: number, noun: string): string {
  return `${many} ${noun}${many === 1 ? "" : "s"}`;
}
