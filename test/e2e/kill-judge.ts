import { type Exported, issuesOfLanes, type Status } from "./documents.ts";
import type { AgentLine, ForgeCall } from "./stubborn-project.ts";

/** Everything that was told to anybody outside before a kill. */
export interface Acknowledged {
  /** Lines that a daemon printed. */
  readonly lines: readonly string[];
  /** Answers of `GET /api/v1/state`, in order. */
  readonly answers: readonly Status[];
  /** States that issue files were seen in, as `<identifier> <state>`. */
  readonly states: ReadonlySet<string>;
}

/** What each printed line stands for on record. */
const SAID: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(started|started again|goes on|repairs its change): /, ["lease_granted", "lane_unparked"]],
  [/^handed over: /, ["change_seen"]],
  [/^merged: /, ["evidence_recorded", "change_seen"]],
  [/^waits /, ["lane_staged"]],
  [/^tries again /, ["retry_scheduled"]],
  [/^parked: /, ["lane_parked"]],
  [/^finished: /, ["lane_closed"]],
  [/^\w+ (failed|broken off): /, ["work_settled"]],
];

/** What was said and is not on record, in words. */
export function judgeSaid(said: Acknowledged, events: readonly Exported[]): string[] {
  return [
    ...judgeLines(said.lines, events),
    ...judgeAnswers(said.answers, events),
    ...judgeStates(said.states, events),
  ];
}

function judgeLines(lines: readonly string[], events: readonly Exported[]): string[] {
  const issues = issuesOfLanes(events);
  const unused = new Set(events);
  return lines.flatMap((line) => {
    const [, time, issue, text = ""] = /^(\d\d:\d\d:\d\d) {2}(\S+) {2}(.*)$/.exec(line) ?? [];
    if (issue === undefined) return [];
    const types = SAID.find(([pattern]) => pattern.test(text))?.[1] ?? [];
    const event = [...unused].find(
      ({ type, lane_id, at }) =>
        types.includes(type) &&
        issues.get(lane_id ?? "") === issue &&
        new Date(at).toISOString().slice(11, 19) === time,
    );
    if (event !== undefined) unused.delete(event);
    return event === undefined ? [`printed, but not on record: ${line}`] : [];
  });
}

function judgeAnswers(answers: readonly Status[], events: readonly Exported[]): string[] {
  const broken = new Set<string>();
  const enqueued = new Set(events.filter(({ type }) => type === "work_enqueued").map(keyOf));
  const settled = new Set(events.filter(({ type }) => type === "work_settled").map(keyOf));
  let closed = 0;
  let tokens = 0;
  for (const { running, recent, counts, codex_totals } of answers) {
    for (const row of running)
      if (!enqueued.has(`${row.lane_id} ${row.run}`))
        broken.add(`shown as running, but not on record: ${row.issue_identifier} run ${row.run}`);
    for (const row of recent)
      if (!settled.has(`${row.lane_id} ${row.run}`))
        broken.add(`shown as ended, but not on record: ${row.lane_id} run ${row.run}`);
    if (counts.closed < closed) broken.add(`${closed} finished issues became ${counts.closed}`);
    if (codex_totals.total_tokens < tokens) broken.add(`${tokens} tokens became ${codex_totals.total_tokens}`);
    closed = counts.closed;
    tokens = codex_totals.total_tokens;
  }
  return [...broken];
}

function keyOf({ lane_id, run, data }: Exported): string {
  return `${lane_id} ${run ?? data.run}`;
}

/** An outside write on record. */
interface Write {
  readonly key: string;
  readonly issue: string;
  readonly intent: Readonly<Record<string, unknown>>;
  readonly ends: readonly unknown[];
}

function writesOf(events: readonly Exported[]): Write[] {
  const issues = issuesOfLanes(events);
  return events
    .filter(({ type }) => type === "outbox_planned")
    .map(({ lane_id, data: { key, intent } }) => ({
      key: String(key),
      issue: issues.get(lane_id ?? "") ?? "",
      intent: { ...(typeof intent === "object" ? intent : {}) },
      ends: events
        .filter(({ type, data }) => type === "outbox_settled" && data.key === key)
        .map(({ data }) => data.state),
    }));
}

function judgeStates(states: ReadonlySet<string>, events: readonly Exported[]): string[] {
  const moves = writesOf(events).filter(({ intent, ends }) => intent.kind === "issue_move" && ends.includes("done"));
  const known = new Set(moves.map(({ issue, intent }) => `${issue} ${intent.to}`));
  return [...states]
    .filter((seen) => !seen.endsWith(" Todo") && !known.has(seen))
    .map((seen) => `moved, but not on record: ${seen}`);
}

/** Effects that the record does not know, writes without exactly one end, and merges that happened twice. */
export function judgeEffects(calls: readonly ForgeCall[], events: readonly Exported[]): string[] {
  const writes = writesOf(events);
  const effects = calls.filter((call) => call.effect);
  const isSettled = (call: ForgeCall): boolean =>
    writes.some(({ intent, ends }) => ends.includes("done") && isEffectOf(call, intent));
  const unknown = effects.filter((call) => !isSettled(call));
  const merges = effects.filter(({ verb }) => verb === "merge").map((call) => String(call.arguments.changeId));
  const twice = merges.filter((id, index) => merges.indexOf(id) !== index);
  return [
    ...unknown.map(
      ({ verb, arguments: args }) => `the forge did ${verb} ${JSON.stringify(args)}, which is not on record`,
    ),
    ...twice.map((id) => `change ${id} was merged twice`),
    ...writes.filter(({ ends }) => ends.length !== 1).map(({ key, ends }) => `${key} ended ${ends.length} times`),
  ];
}

const VERBS: Readonly<Record<string, string>> = {
  ensureChange: "ensure_change",
  publishCheck: "publish_check",
  merge: "merge",
  deleteBranch: "delete_branch",
};

function isEffectOf({ verb, arguments: args }: ForgeCall, intent: Write["intent"]): boolean {
  if (VERBS[verb] !== intent.kind) return false;
  const head = args.headSha ?? args.expectedHead;
  return (intent.branch === undefined || intent.branch === args.branch) && (head == null || intent.headSha === head);
}

/** Runs of one issue that were alive at the same time, by the agents' own words. */
export function judgeAgents(lines: readonly AgentLine[]): string[] {
  const starts = lines.filter(({ event }) => event === "start").map(({ issue, run }) => `${issue} run ${run}`);
  return [
    ...lines
      .filter(({ event }) => event === "doubled")
      .map(({ issue, run }) => `an older run of ${issue} was alive when run ${run} began`),
    ...starts.filter((start, index) => starts.indexOf(start) !== index).map((start) => `${start} was started twice`),
  ];
}
