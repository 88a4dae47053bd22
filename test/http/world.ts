import type { Clock } from "../../src/base/clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import type { Asking, ChangeReading, Health, Hooks, Reading } from "../../src/http/index.ts";
import type { Change } from "../../src/model/change.ts";
import type { Command } from "../../src/model/command.ts";
import { changeDocument } from "../../src/model/documents/change.ts";
import type { LaneDocument, LaneRow, RunDocument } from "../../src/model/documents/lane.ts";
import type { StatusDocument } from "../../src/model/documents/status.ts";
import { usageRow } from "../../src/model/documents/usage.ts";
import type { StoredEvent } from "../../src/model/events/envelope.ts";
import { NO_SPENDING } from "../../src/model/spending.ts";
import type { Reason } from "../../src/model/verdict.ts";
import { eventDocument } from "../../src/record/index.ts";
import { aRun, emptyStatus } from "./documents.ts";

/** What a server shows, in memory: a second way to fill its ports. */
export class World {
  status: StatusDocument = emptyStatus();
  /** Stands in for the status while it is set. */
  statusGate: (() => Promise<StatusDocument>) | null = null;
  /** Stand in for reading the record while they are set. */
  lastSeqGate: (() => Promise<number>) | null = null;
  eventsGate: (() => Promise<never>) | null = null;
  open: LaneRow[] = [];
  /** Newest first. */
  closed: LaneRow[] = [];
  runs: RunDocument[] = [];
  events: StoredEvent[] = [];
  transcripts = new Map<string, string[]>();
  forge: Change[] | null = [];
  diff = "";
  problems: Reason[] = [];
  commands: Command[] = [];
  /** Whether commands are answered at once. */
  answers = true;
  /** How often a status was built, and how many events were read. */
  built = 0;
  eventsRead = 0;
  #revision = 0;
  readonly #clock: Clock;
  readonly #subscribers = new Set<(events: readonly StoredEvent[]) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** A commit with these events. */
  commit(...events: StoredEvent[]): void {
    this.#revision += 1;
    this.events.push(...events);
    for (const subscriber of this.#subscribers) subscriber(events);
  }

  /** Events of the service with the next seqs. */
  happen(count: number, laneId: string | null = null): void {
    const first = (this.events.at(-1)?.seq ?? 0) + 1;
    this.commit(...Array.from({ length: count }, (_, at) => anEvent(first + at, laneId)));
  }

  readonly reading: Reading = {
    revision: () => String(this.#revision),
    status: async () => {
      this.built += 1;
      return this.statusGate === null ? this.status : this.statusGate();
    },
    usage: async ({ by, since, until }) => {
      const spent = { ...NO_SPENDING, inputTokens: 5, totalTokens: 7, outputTokens: 2, nanoUsd: 1_500_000_000 };
      return { version: 1, by, since, until, rows: [usageRow("A-1", spent)], total: usageRow("total", spent) };
    },
    issueState: async (wanted) => {
      const row = this.#rows().find((lane) => lane.issue_identifier === wanted);
      return row === undefined
        ? null
        : {
            issue_identifier: row.issue_identifier,
            issue_id: row.issue_id,
            status: row.stage,
            workspace: { path: null },
            attempts: { restart_count: 0, current_retry_attempt: null },
            running: null,
            retry: null,
            logs: { codex_session_logs: [] },
            recent_events: [],
            last_error: null,
            tracked: row,
          };
    },
    openLanes: async () => this.open,
    closedLanes: async (limit, before) => part(this.closed, limit, before, (row) => row.lane_id),
    lanesOfIssue: async (wanted) =>
      this.#rows().filter((row) => row.issue_identifier === wanted || row.issue_id === wanted),
    newestLane: async (issueId) => this.#rows().find((row) => row.issue_id === issueId)?.lane_id,
    lane: async (id) => {
      const row = this.#rows().find((lane) => lane.lane_id === id);
      return row === undefined ? null : documentOf(row);
    },
    runs: async (limit, before) => part(this.runs, limit, before, (row) => row.run_id),
    run: async (lane, number) => this.runs.find((run) => run.lane_id === lane && run.run === number) ?? null,
    events: async ({ laneId, afterSeq = 0, beforeSeq = Number.POSITIVE_INFINITY, newestFirst, limit }) => {
      if (this.eventsGate !== null) return this.eventsGate();
      const found = this.events.filter(
        (event) => event.seq > afterSeq && event.seq < beforeSeq && (laneId === undefined || event.laneId === laneId),
      );
      const given = (newestFirst ? found.toReversed() : found).slice(0, limit);
      this.eventsRead += given.length;
      return given.map(eventDocument);
    },
    eventDocument,
    lastSeq: async () => (this.lastSeqGate === null ? (this.events.at(-1)?.seq ?? 0) : this.lastSeqGate()),
    subscribe: (onCommit) => {
      this.#subscribers.add(onCommit);
      return () => this.#subscribers.delete(onCommit);
    },
    transcript: (lane, run) => this.#transcript(`${lane}/${run}`),
  };

  readonly asking: Asking = {
    ask: async ({ actor, verb, arguments: given }) => {
      const id = `cmd_${this.commands.length + 1}`;
      const at = this.#clock.now();
      const answer = this.answers ? { ok: true, code: "done", sentence: "Done.", at } : null;
      this.commands.push({ id, workflowId: "demo", actor, verb, arguments: given, askedAt: at, answer });
      return id;
    },
    answer: async (id, waitMs, signal) => {
      const answer = this.#command(id)?.answer ?? null;
      if (answer === null) await this.#clock.sleep(waitMs, signal);
      return this.#command(id)?.answer ?? null;
    },
    command: async (id) => {
      const command = this.#command(id);
      if (command === undefined) return undefined;
      const { verb, actor, askedAt, answer } = command;
      const at = (ms: number) => new Date(ms).toISOString();
      return {
        ...{ version: 1, id, verb, actor, asked_at: at(askedAt) },
        answer: answer === null ? null : { ...answer, at: at(answer.at) },
      };
    },
  };

  readonly changes: ChangeReading = {
    list: async (state) =>
      this.#forge().flatMap((change) => (state === null || change.state === state ? [changeDocument(change)] : [])),
    find: async (id) =>
      this.#forge()
        .filter((change) => change.id === id)
        .map(changeDocument)
        .at(0),
    diff: async () => this.diff,
  };

  /** What webhooks of `github` come to; nobody else sends any. */
  hook: ReturnType<Hooks["receive"]> = { ok: true, duplicate: false };
  readonly delivered: Parameters<Hooks["receive"]>[1][] = [];
  readonly hooks: Hooks = {
    receive: (kind, delivery) => {
      this.delivered.push(delivery);
      return kind === "github" ? this.hook : { ok: false, code: "unknown" };
    },
  };

  readonly health: Health = {
    problems: () => this.problems,
    polls: () => ({ count: 3, failures: 1, lastGoodAt: this.#clock.now() - 2_000, lastMs: 40 }),
    outbox: async () => ({ open: 2, unknown: 1 }),
    queued: async () => 4,
    totals: async () => ({ lanes: 5, runs: 6, events: 7 }),
    process: () => ({ version: "1.2.3", startedAt: 1_000, cpuSeconds: 2.5, residentBytes: 1024, heapBytes: 512 }),
  };

  /** Gives an answer to a command that has none. */
  answer(id: string, code: string): void {
    const at = this.#clock.now();
    this.commands = this.commands.map((command) =>
      command.id === id ? { ...command, answer: { ok: true, code, sentence: "Done.", at } } : command,
    );
  }

  #rows(): LaneRow[] {
    return [...this.open, ...this.closed];
  }

  #command(id: string): Command | undefined {
    return this.commands.find((command) => command.id === id);
  }

  #forge(): Change[] {
    if (this.forge !== null) return this.forge;
    throw new MaestroError({ code: "no_forge", message: "This workflow has no repository." });
  }

  async *#transcript(name: string): AsyncIterable<string> {
    const lines = this.transcripts.get(name);
    if (lines === undefined) throw new MaestroError({ code: "transcript_missing", message: `${name} has none.` });
    yield* lines;
  }
}

/** An event of the service, or of a lane. */
export function anEvent(seq: number, laneId: string | null = null): StoredEvent {
  const reason = { code: "retried", sentence: `Because of ${seq}.` };
  return {
    ...{ version: 1, seq, at: seq * 1_000, workflowId: "demo", laneId, run: null, runSeq: null, fence: null },
    event: { type: "retry_cleared", data: { reason } },
  };
}

function part<T>(all: readonly T[], limit: number, before: string | null, idOf: (row: T) => string) {
  const start = before === null ? 0 : all.findIndex((row) => idOf(row) === before) + 1;
  const rows = start === 0 && before !== null ? [] : all.slice(start, start + limit);
  const last = rows.at(-1);
  return { rows, next: last === undefined || rows.length < limit ? null : idOf(last) };
}

function documentOf(row: LaneRow): LaneDocument {
  return {
    ...row,
    version: 1,
    generated_at: "2026-01-01T00:00:00.000Z",
    ordinal: 1,
    description: null,
    labels: [],
    priority: null,
    machine: "here",
    workspace_path: null,
    work: null,
    queued_retry: null,
    counters: { failures: 0, interruptions: 0, idle_sessions: 0 },
    ...{ head_sha: null, base_sha: null, validated_sha: null, merged_sha: null },
    run_rows: [aRun(row.lane_id, 1)],
    evidence: [],
    pending_writes: [],
    verbs: ["retry", "park"],
  };
}
