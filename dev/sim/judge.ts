import { stableJson } from "../../src/base/json.ts";
import { judgeIdling } from "./judge-idling.ts";
import { judgeBlockers, judgeStateSlots } from "./judge-starts.ts";
import type { OutsideCall, OutsideLog } from "./outside-log.ts";

/** What the judge looks at beside the log: the world at the end, as tracker, forge and machine show it. */
export interface FinalWorld {
  readonly issues: readonly {
    readonly identifier: string;
    readonly state: string;
    readonly labels: readonly string[];
  }[];
  readonly terminalStates: readonly string[];
  /** How many agents may work at once on issues in a state, by the state in lower case. */
  readonly stateLimits: Readonly<Record<string, number>>;
  readonly runningProcesses: number;
  /** Paths of all files on the machine. */
  readonly files: readonly string[];
  /** Prefixes that files may have. */
  readonly allowed: readonly string[];
}

/** How long Maestro may act on what it knew, milliseconds: one poll, one call deadline, and a margin. */
const LAG_MS = 75_000;

const WRITES = new Set([
  "move",
  "ensureComment",
  "label",
  "ensureChange",
  "publishCheck",
  "merge",
  "deleteBranch",
  "push",
]);

/** Every broken invariant in words; empty when all hold. */
export function judge(log: OutsideLog, world: FinalWorld): string[] {
  return [
    ...judgeOverlap(log),
    ...judgeSlots(log),
    ...judgeStateSlots(log, world.stateLimits),
    ...judgeBlockers(log, world.terminalStates),
    ...judgePlaces(log),
    ...judgePermission(log),
    ...judgeMerges(log),
    ...judgeDuplicates(log),
    ...judgeVanished(log),
    ...judgeBackOff(log),
    ...judgeIdling(log),
    ...judgeCuts(log),
    ...judgeEnd(world),
  ];
}

/** Never two live runs of an issue. */
function judgeOverlap(log: OutsideLog): string[] {
  const broken: string[] = [];
  const live = new Map<string, number>();
  for (const line of log.agents) {
    const running = live.get(line.issue);
    if (line.event === "start") {
      if (running !== undefined)
        broken.push(`two live runs of ${line.issue}: pids ${running} and ${line.pid} at ${line.at}`);
      live.set(line.issue, line.pid);
    } else if (running === line.pid) live.delete(line.issue);
  }
  return broken;
}

/** No slot overrun: a start may use the cap that was in force within the last moments. */
function judgeSlots(log: OutsideLog): string[] {
  const broken: string[] = [];
  const live = new Set<number>();
  for (const line of log.agents) {
    if (line.event === "stop") {
      live.delete(line.pid);
      continue;
    }
    live.add(line.pid);
    const cap = capAround(log, line.at);
    if (live.size > cap) broken.push(`${live.size} agents at ${line.at}, allowed were ${cap}`);
  }
  return broken;
}

function capAround(log: OutsideLog, at: number): number {
  const inForce = log.caps.filter((entry) => entry.at <= at).at(-1)?.cap ?? 0;
  const recent = log.caps.filter(
    (entry, index) => entry.at <= at && (log.caps[index + 1]?.at ?? Number.POSITIVE_INFINITY) > at - LAG_MS,
  );
  return Math.max(inForce, ...recent.map((entry) => entry.cap));
}

/** Every agent works in a workspace of its own issue, directly below the root. */
function judgePlaces(log: OutsideLog): string[] {
  const owners = new Map<string, string>();
  const broken: string[] = [];
  for (const { event, issue, workspace } of log.agents) {
    if (event !== "start") continue;
    if (!/^\/ws\/[^/]+$/.test(workspace)) broken.push(`${issue} was worked on in ${workspace}`);
    const owner = owners.get(workspace) ?? issue;
    if (owner !== issue) broken.push(`${issue} and ${owner} share ${workspace}`);
    owners.set(workspace, owner);
  }
  return broken;
}

/** No start on an issue that had been withdrawn for longer than Maestro may lag. */
function judgePermission(log: OutsideLog): string[] {
  const broken: string[] = [];
  for (const start of log.agents.filter((line) => line.event === "start")) {
    const withdrawal = withdrawnSince(log, start.issue, start.at);
    if (withdrawal !== null && start.at - withdrawal > LAG_MS) {
      broken.push(`${start.issue} was started at ${start.at} although it was withdrawn since ${withdrawal}`);
    }
  }
  return broken;
}

/** Since when the issue carries the opt-out label, or stands in a terminal state; `null` when neither. */
function withdrawnSince(log: OutsideLog, issue: string, at: number): number | null {
  let label: number | null = null;
  let state: number | null = null;
  for (const call of log.calls) {
    if (call.at > at || call.system !== "tracker" || call.subject !== issue || !call.effect) continue;
    if (call.verb === "label") {
      if (listOf(call, "add").includes("maestro:manual-only")) label = call.at;
      if (listOf(call, "remove").includes("maestro:manual-only")) label = null;
    }
    if (call.verb === "move") state = ["Done", "Canceled"].includes(String(call.arguments.to)) ? call.at : null;
  }
  return label ?? state;
}

function listOf(call: OutsideCall, key: string): readonly unknown[] {
  const value = call.arguments[key];
  return Array.isArray(value) ? value : [];
}

/** No merge without a person's word: an approval on the forge, or the issue moved to Merging by hand. */
function judgeMerges(log: OutsideLog): string[] {
  const broken: string[] = [];
  const merges = log.calls.filter((call) => call.by === "maestro" && call.verb === "merge" && call.effect);
  for (const merge of merges) {
    const before = log.calls.filter((call) => call.by === "person" && call.at <= merge.at);
    const approved = before.some(
      (call) => call.verb === "review" && call.subject === merge.subject && call.arguments.decision === "approved",
    );
    const moved = before.some((call) => call.verb === "move" && call.arguments.to === "Merging");
    if (!approved && !moved) broken.push(`change ${merge.subject} was merged at ${merge.at} without a person's word`);
  }
  return broken;
}

/** No outside write twice: once it had its effect, the same write again needs a look at the subject, or a foreign hand, in between. */
function judgeDuplicates(log: OutsideLog): string[] {
  const broken: string[] = [];
  const done = new Set<string>();
  for (const call of log.calls) {
    const subjectKey = `${call.system} ${call.subject}`;
    const isWrite = WRITES.has(call.verb);
    if (call.by === "person" || !isWrite) {
      const forgets = call.subject === "*" ? `${call.system} ` : `${subjectKey} `;
      for (const key of done) if (key.startsWith(forgets)) done.delete(key);
      continue;
    }
    const key = `${subjectKey} ${call.verb} ${stableJson(call.arguments)}`;
    if (done.has(key)) broken.push(`sent twice at ${call.at}: ${key}`);
    if (call.effect) done.add(key);
  }
  return broken;
}

/** Work is not thrown away under an issue that has long been active. */
function judgeVanished(log: OutsideLog): string[] {
  return log.vanished
    .filter(({ at, since, state }) => ["Todo", "In Progress", "Rework"].includes(state) && at - since > LAG_MS)
    .map(
      ({ at, key, state, since }) =>
        `workspace ${key} vanished at ${at} although its issue was ${state} since ${since}`,
    );
}

/** Shortest pause after a failure, milliseconds (S-119), less what a stop takes. */
const BACK_OFF_MS = 9_000;

/**
 * After an agent failed by its own act, its issue is tried again only after a pause, unless a person asked for it. An orphan's failure is
 * nobody's to see.
 */
function judgeBackOff(log: OutsideLog): string[] {
  const broken: string[] = [];
  const failed = new Map<string, number>();
  const started = new Map<string, number>();
  for (const line of log.agents) {
    const at = failed.get(line.issue);
    const before = started.get(line.issue) ?? line.at;
    if (line.event === "start") started.set(line.issue, line.at);
    if (line.event === "stop") {
      if (line.how === "failed") failed.set(line.issue, line.at);
      else failed.delete(line.issue);
    } else if (
      at !== undefined &&
      line.at - at < BACK_OFF_MS &&
      !touched(log, line.issue, at - LAG_MS, line.at) &&
      !died(log, before, line.at)
    ) {
      broken.push(`${line.issue} was tried again ${line.at - at} ms after its agent failed at ${at}`);
    }
  }
  return broken;
}

/** An agent runs longer than this only when it hangs; then it may be ended. */
const STALL_MS = 85_000;

/** No agent is ended in the middle of its work, unless it hangs, the service dies, or a person touched its issue. */
function judgeCuts(log: OutsideLog): string[] {
  const starts = new Map<number, number>();
  const broken: string[] = [];
  for (const line of log.agents) {
    const started = starts.get(line.pid) ?? 0;
    if (line.event === "start") starts.set(line.pid, line.at);
    else if (line.how === "cut" && line.at - started < STALL_MS && !died(log, started, line.at)) {
      if (!touched(log, line.issue, started - LAG_MS, line.at))
        broken.push(`${line.issue} was cut off at ${line.at} for no reason`);
    }
  }
  return broken;
}

/** Whether the service died in this time, or a worker stood still. */
function died(log: OutsideLog, from: number, until: number): boolean {
  return (
    log.deaths.some((at) => at >= from - LAG_MS && at <= until + LAG_MS) ||
    log.freezes.some((freeze) => freeze.from <= until + LAG_MS && freeze.until >= from - LAG_MS)
  );
}

/** Whether a person did anything to the issue, or to the service, in this time. */
function touched(log: OutsideLog, issue: string, from: number, until: number): boolean {
  return log.calls.some(
    (call) =>
      call.by === "person" &&
      call.effect &&
      call.at >= from &&
      call.at <= until &&
      (call.subject === issue || call.verb === "ask"),
  );
}

/** At the end every claim is released or explained, nothing runs, and nothing lies outside its place. */
function judgeEnd(world: FinalWorld): string[] {
  const open = world.issues
    .filter((issue) => !world.terminalStates.includes(issue.state))
    .map(
      (issue) => `${issue.identifier} is left ${issue.state} [${issue.labels.join(",")}], neither done nor explained`,
    );
  const strays = world.files
    .filter((path) => !world.allowed.some((prefix) => path.startsWith(prefix)))
    .map((path) => `a file outside the workspaces: ${path}`);
  const running = world.runningProcesses === 0 ? [] : [`${world.runningProcesses} processes are left`];
  return [...open, ...strays, ...running];
}
