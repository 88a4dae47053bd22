import { measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { Ground } from "./ground.ts";
import { REMOTE_TRACKERS, type RemoteTracker } from "./remote-trackers.ts";
import type { Group, Measured } from "./report.ts";
import { LIMIT_MS } from "./work.ts";

const OPEN = 50;
const RUNNING = 5;
/** Polls that are counted, and those before them in which the beginnings of the runs are written. */
const POLLS = 20;
const SETTLING_POLLS = 5;
/** An hour at the default of `polling.interval_ms`, 30 s. */
const POLLS_PER_HOUR = 120;

/** What Maestro asks of each tracker while agents work and nothing changes. */
export async function measureTrackers(): Promise<readonly Group[]> {
  const bare = await measureBare();
  const rows: Measured[] = [];
  for (const start of REMOTE_TRACKERS) rows.push(...(await countOf(await start(OPEN))));
  const how =
    `The whole service on the fakes' HTTP, ${OPEN} open issues, ${RUNNING} of them with an agent that works, nothing changes. Counted from the ` +
    `fakes' own call logs over ${POLLS} polls that were one second apart, told for the ${POLLS_PER_HOUR} polls of an hour at the default interval of 30 s. ` +
    "Writes (claims, states, comments) come with events and are not in it. GitHub keeps its states as labels here; a 304 costs nothing of its limit.";
  return [{ title: "Requests to trackers", how, bare, rows }];
}

async function countOf(tracker: RemoteTracker): Promise<readonly Measured[]> {
  const ground = new Ground(RUNNING);
  try {
    ground.writeRemote("wait", [
      "workflow: { profile: { kind: coding_pr_delivery, version: 1 } }",
      ...tracker.front,
      "repo: { path: ., base_branch: main, provider: { kind: local } }",
      'validation: { commands: ["true"] }',
    ]);
    const daemon = await Daemon.start(ground);
    await daemon.until(() => daemon.count("  started: ") >= RUNNING, LIMIT_MS);
    const first = pollsOf(tracker).length + SETTLING_POLLS;
    await daemon.until(() => pollsOf(tracker).length > first + POLLS, LIMIT_MS);
    if (daemon.count("  started: ") !== RUNNING)
      throw new Error(`${tracker.kind}: a run ended while requests were counted`);
    return rowsOf(tracker, first);
  } finally {
    await Daemon.endAll();
    await tracker.close();
    ground.remove();
  }
}

/** The requests after one poll's list of candidates up to that of a later one. */
function rowsOf(tracker: RemoteTracker, first: number): readonly Measured[] {
  const polls = pollsOf(tracker);
  const counted = tracker.calls.slice((polls[first] ?? 0) + 1, (polls[first + POLLS] ?? 0) + 1);
  const hourly = (count: number): number => (count / POLLS) * POLLS_PER_HOUR;
  const { kind, target } = tracker;
  const unchanged = counted.filter(({ status }) => status === 304).length;
  const all: Measured = { what: `${kind}, requests`, value: hourly(counted.length), unit: "/h", target };
  return unchanged === 0 ? [all] : [all, { what: `${kind}, answered 304`, value: hourly(unchanged), unit: "/h" }];
}

/** Where in the log the lists of candidates stand. */
function pollsOf({ calls, isPoll }: RemoteTracker): readonly number[] {
  return calls.flatMap((call, at) => (isPoll(call) ? [at] : []));
}
