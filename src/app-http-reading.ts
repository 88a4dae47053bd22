import type { Clock } from "./base/clock.ts";
import type { Scope } from "./base/scope.ts";
import type { DaemonParts } from "./app-daemon-parts.ts";
import { linesOfRun } from "./app-run-lines.ts";
import { accountRows } from "./governance/index.ts";
import type { HttpSources } from "./app-http-sources.ts";
import type { Reading } from "./http/index.ts";
import type { Lane } from "./model/lane.ts";
import type { Reason } from "./model/verdict.ts";
import type { WaitingIssue } from "./orchestrator/index.ts";
import {
  closedLanePage,
  eventDocument,
  findLane,
  findRun,
  issueState,
  laneDocument,
  laneRow,
  type LaneTold,
  runPage,
  statusDocument,
  usageDocument,
} from "./record/index.ts";

/** Ended runs on the status page. */
const RECENT_ROWS = 20;

/** What is on record and what the service adds to it, as documents. */
export async function readingOf(parts: DaemonParts, sources: HttpSources, scope: Scope): Promise<Reading> {
  const { clock } = parts;
  const { open, transcripts, forge } = sources;
  const { record } = open;
  const { views } = record;
  const present = new Present(sources, clock);
  scope.defer(
    "revision",
    record.subscribe(() => present.committed()),
  );
  const told = (lane: Lane): LaneTold => {
    const reason = present.reasons().get(lane.issue.id);
    return { ...(reason === undefined ? {} : { reason }), canReview: forge()?.capabilities.reviews ?? false };
  };
  return {
    revision: () => present.revision(),
    status: () => statusOf(parts, sources, present.waiting()),
    usage: (asked) => usageDocument(views, asked),
    issueState: async (wanted) => {
      const lane = await findLane(views, wanted);
      if (lane === null) return null;
      return issueState(views, lane.id, { now: clock.now(), transcriptUrl, told: told(lane) });
    },
    openLanes: async () => (await views.openLanes()).map((lane) => laneRow(lane, told(lane))),
    closedLanes: (limit, before) => closedLanePage(views, { limit, ...(before === null ? {} : { before }) }),
    lanesOfIssue: async (wanted) => {
      const lane = await findLane(views, wanted);
      if (lane === null) return [];
      return (await views.lanesOfIssue(lane.issue.id)).map((each) => laneRow(each, told(each)));
    },
    newestLane: async (issueId) => (await views.lanesOfIssue(issueId)).at(0)?.id,
    lane: async (id) => {
      const lane = await views.lane(id);
      return lane === undefined ? null : laneDocument(views, lane, clock.now(), told(lane));
    },
    runs: (limit, before) => runPage(views, { limit, ...(before === null ? {} : { before }) }),
    run: (laneId, number) => findRun(views, `${laneId}/${number}`),
    events: async (range) => (await views.events(range)).map(eventDocument),
    eventDocument,
    lastSeq: () => views.lastSeq(),
    subscribe: (onCommit) => record.subscribe(onCommit),
    transcript: (laneId, run, wait) => linesOfRun({ views, transcripts }, { laneId, run }, wait),
  };
}

function transcriptUrl(laneId: string, run: number): string {
  return `/api/v2/runs/${encodeURIComponent(laneId)}/${run}/transcript`;
}

function statusOf(
  parts: DaemonParts,
  { open, workflows, orchestrator, accounts }: HttpSources,
  waiting: readonly WaitingIssue[],
) {
  const { clock, project } = parts;
  return statusDocument({
    views: open.record.views,
    clock,
    workflow: {
      id: project.id,
      path: project.workflowPath,
      problem: workflows.problem()?.message ?? null,
      warnings: (workflows.current().warnings ?? []).map(({ sentence }) => sentence),
    },
    service: { running: true, pid: process.pid },
    waiting,
    outside: orchestrator.outside(),
    accounts: accountRows(accounts.book, clock.now()),
    pauses: accounts.known(),
    recentLimit: RECENT_ROWS,
  });
}

/** How long what waits is believed although nothing happened, milliseconds: a start may have become due. */
const LONGEST_MS = 1_000;

/** What waits, worked out once for everybody who asks before something happens. */
class Present {
  readonly #sources: HttpSources;
  readonly #clock: Clock;
  #commits = 0;
  #held: { readonly key: string; readonly rows: readonly WaitingIssue[] } | null = null;
  #reasons: { readonly of: readonly WaitingIssue[]; readonly byIssue: ReadonlyMap<string, Reason> } | null = null;

  constructor(sources: HttpSources, clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
  }

  committed(): void {
    this.#commits += 1;
  }

  revision(): string {
    return `${this.#commits}.${this.#sources.orchestrator.revision()}`;
  }

  waiting(): readonly WaitingIssue[] {
    const key = `${this.revision()}.${Math.floor(this.#clock.monotonic() / LONGEST_MS)}`;
    if (this.#held?.key !== key) this.#held = { key, rows: this.#sources.orchestrator.waiting() };
    return this.#held.rows;
  }

  /** Why each issue waits, by its id. */
  reasons(): ReadonlyMap<string, Reason> {
    const of = this.waiting();
    if (this.#reasons?.of !== of)
      this.#reasons = { of, byIssue: new Map(of.map(({ issue, reason }) => [issue.id, reason])) };
    return this.#reasons.byIssue;
  }
}
