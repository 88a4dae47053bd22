import type { Behaviour } from "./behaviour.ts";
import type { OutsideLog } from "./outside-log.ts";

/** `agent.max_sessions_without_progress` of the simulation's workflow files, which is the default. */
const MOST_IDLE = 3;

/** How long Maestro may act on what it knew, milliseconds: as `judge` has it. */
const LAG_MS = 75_000;

/** What leaves nothing behind: no file, no tool called. */
const IDLE: readonly (Behaviour | null)[] = ["idle", "garbage"];

/** An issue whose agents do nothing gets so many of them in a row and no more, until a person does something about it. */
export function judgeIdling(log: OutsideLog): string[] {
  const broken: string[] = [];
  const idle = new Map<string, { count: number; since: number }>();
  const begun = new Map<number, number>();
  for (const line of log.agents) {
    const before = idle.get(line.issue);
    if (line.event === "start") {
      begun.set(line.pid, line.at);
      if (before === undefined || before.count < MOST_IDLE || isDisturbed(log, line.issue, before.since, line.at))
        continue;
      broken.push(`${line.issue} was started at ${line.at} after ${before.count} agents that did nothing`);
    } else if (line.how === "ended" && IDLE.includes(line.did)) {
      const since = before?.since ?? begun.get(line.pid) ?? line.at;
      idle.set(line.issue, { count: (before?.count ?? 0) + 1, since });
    } else idle.delete(line.issue);
  }
  return broken;
}

/** Whether a person, a death or a standstill came in between: then it is nobody's to know how many there were. */
function isDisturbed({ calls, deaths, freezes }: OutsideLog, issue: string, from: number, until: number): boolean {
  const isNear = (at: number): boolean => at >= from - LAG_MS && at <= until + LAG_MS;
  return (
    deaths.some(isNear) ||
    freezes.some((freeze) => freeze.from <= until + LAG_MS && freeze.until >= from - LAG_MS) ||
    calls.some(
      ({ by, at, subject, verb, system }) =>
        by === "person" && isNear(at) && (subject === issue || verb === "ask" || system === "forge"),
    )
  );
}
