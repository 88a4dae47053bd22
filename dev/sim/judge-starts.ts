import type { OutsideCall, OutsideLog } from "./outside-log.ts";

/** How long Maestro may act on what it knew of an issue's state, milliseconds: as `judge` has it. */
const LAG_MS = 75_000;

interface Standing {
  readonly state: string;
  /** When a person moved it last; `null`: never. */
  readonly movedAt: number | null;
}

/**
 * No more agents on issues in one state than it allows. Counted are those whose issue nobody moved of late; a start whose own issue was
 * just moved is not judged.
 */
export function judgeStateSlots(log: OutsideLog, limits: Readonly<Record<string, number>>): string[] {
  const broken: string[] = [];
  const live = new Map<number, string>();
  for (const line of log.agents) {
    if (line.event === "stop") {
      live.delete(line.pid);
      continue;
    }
    const own = standingAt(log, line.issue, line.at);
    const limit = limits[own.state.toLowerCase()];
    if (limit !== undefined && isSettled(own, line.at)) {
      const others = [...live.values()].map((issue) => standingAt(log, issue, line.at));
      const same = others.filter((other) => other.state === own.state && isSettled(other, line.at)).length;
      if (same + 1 > limit) broken.push(`${same + 1} agents in "${own.state}" at ${line.at}, allowed were ${limit}`);
    }
    live.set(line.pid, line.issue);
  }
  return broken;
}

/** No issue that nobody moved is begun before what it waits for has ever ended. */
export function judgeBlockers(log: OutsideLog, terminalStates: readonly string[]): string[] {
  const broken: string[] = [];
  const created = log.calls.filter(({ verb, effect }) => verb === "create" && effect);
  for (const [at, { arguments: draft }] of created.entries()) {
    const issue = idOf(at + 1);
    const start = log.agents.find((line) => line.event === "start" && line.issue === issue);
    if (start === undefined || standingAt(log, issue, start.at).movedAt !== null) continue;
    for (const blocker of blockersOf(draft)) {
      const hasEnded = movesOf(log, blocker, start.at).some(({ arguments: { to } }) =>
        terminalStates.includes(String(to)),
      );
      if (!hasEnded) broken.push(`${issue} was started at ${start.at} before ${blocker} had ended`);
    }
  }
  return broken;
}

/** The tracker numbers issues as they are created. */
function idOf(number: number | string): string {
  return `memory-${number}`;
}

function blockersOf(draft: OutsideCall["arguments"]): string[] {
  const names = draft.blockedBy;
  return Array.isArray(names) ? names.map((name) => idOf(String(name).replace("MEM-", ""))) : [];
}

function movesOf(log: OutsideLog, issue: string, until: number): readonly OutsideCall[] {
  return log.calls.filter((call) => call.verb === "move" && call.effect && call.subject === issue && call.at <= until);
}

function standingAt(log: OutsideLog, issue: string, at: number): Standing {
  const moves = movesOf(log, issue, at);
  const state = moves.at(-1)?.arguments.to;
  const movedAt = moves.findLast(({ by }) => by === "person")?.at ?? null;
  return { state: typeof state === "string" ? state : "Todo", movedAt };
}

function isSettled({ movedAt }: Standing, at: number): boolean {
  return movedAt === null || at - movedAt > LAG_MS;
}
