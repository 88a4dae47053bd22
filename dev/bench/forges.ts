import { measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { CAP, Ground } from "./ground.ts";
import { githubForgeFront, githubFront, startGithub } from "./remote-trackers.ts";
import type { Group } from "./report.ts";
import { workOff } from "./work.ts";

const ISSUES = 6;

/** The issues per second, what the daemon used, and what it asked of the forge for each. */
interface Round {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly requests: number;
  readonly writes: number;
}

/** From an issue to its merge on GitHub's fake, over real HTTP and Git. */
export async function measureForges(): Promise<readonly Group[]> {
  const bare = await measureBare();
  const { perSecond, cpuMs, requests, writes } = await mergeAll();
  const how =
    "Tracker and forge `github` on their fake over HTTP and Git: comments and states, worktree, commit by the host, a check, push, pull request, " +
    `merge, done; one round of ${ISSUES} issues, from the first write to the last by the fake's call log, ${CAP} at once, a shell script as agent, a poll every second. ` +
    "The adapter keeps the pace that GitHub asks of its clients, one write in a second with one credential: the last row is the most that this allows.";
  return [
    {
      ...{ title: "To the merge on GitHub", how, bare },
      rows: [
        { what: "issues to the merge", value: perSecond, unit: "issues/s" },
        { what: "time for each", value: 1000 / perSecond, unit: "ms", ratio: 1000 / perSecond / bare.wallMs },
        { what: "daemon's CPU for each", value: cpuMs, unit: "ms" },
        { what: "requests for each, polls included", value: requests, unit: "requests" },
        { what: "writes for each", value: writes, unit: "writes" },
        { what: "most that one write a second allows", value: 1 / writes, unit: "issues/s" },
      ],
    },
  ];
}

async function mergeAll(): Promise<Round> {
  const fake = await startGithub(ISSUES);
  const ground = new Ground();
  try {
    ground.writeRemote("edit", [
      "workflow:",
      "  profile: { kind: coding_pr_delivery, version: 1, options: { landing: { when: when_green, validation_alone: true } } }",
      ...githubFront(fake),
      ...githubForgeFront(fake),
      'validation: { commands: ["true"] }',
    ]);
    const before = fake.server.log.calls.length;
    const { cpuMs } = await workOff(ground, ISSUES);
    const merged = fake.data.pulls.filter(({ mergedAt }) => mergedAt !== null).length;
    if (merged !== ISSUES) throw new Error(`${merged} of ${ISSUES} changes were merged`);
    const calls = fake.server.log.calls.slice(before);
    const writes = calls.filter(
      ({ method, operation }) => method !== "GET" && /^(?:POST|PUT|PATCH|DELETE|mutation) /.test(operation),
    );
    const times = writes.map(({ at }) => Date.parse(at));
    const perSecond = (ISSUES * 1000) / (Math.max(...times) - Math.min(...times));
    return { perSecond, cpuMs, requests: calls.length / ISSUES, writes: writes.length / ISSUES };
  } finally {
    await Daemon.endAll();
    await fake.close();
    ground.remove();
  }
}
