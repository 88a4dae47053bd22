import type { MaestroError } from "../base/errors.ts";
import type { Command, CommandAnswer } from "../model/command.ts";
import type { EventDraft, StoredEvent } from "../model/events/envelope.ts";
import type { ServiceMode } from "../model/events/service.ts";
import type { Evidence } from "../model/evidence.ts";
import type { Lane, Run } from "../model/lane.ts";
import type { OutboxRow } from "../model/outbox.ts";
import type { LedgerRow, Spending } from "../model/spending.ts";

/**
 * The durable, append-only event log and its projections, for one workflow of one store. Event and projection rows are
 * one transaction. Errors: `stale_fence` (a newer fence exists), `record_closed`, `record_corrupt` (with the row),
 * `record_newer` (with the version that reads it), `disk_full`, `record_failed`.
 */
export interface WorkRecord {
  readonly workflowId: string;
  /**
   * One transaction with a durability point: on return everything in it survives a power failure. `work` may only
   * await the transaction's own methods. When `work` throws, nothing of it is on record.
   */
  transact<T>(work: (tx: RecordTransaction) => Promise<T>): Promise<T>;
  /**
   * Observations of a run, grouped into the next commit (at most 25 ms or 500 events later). Resolves when committed;
   * rejects with `stale_fence`, and then none of the batch is on record.
   */
  observe(events: readonly EventDraft[]): Promise<void>;
  /** Commits what was observed so far, durably. */
  flush(): Promise<void>;

  /** The `disk_full` of the last commit; `null` once something could be written again. The record itself tells people of it. */
  trouble(): MaestroError | null;
  /** Writes a little in any case, to see whether there is space again. Throws `disk_full` while there is none. */
  probe(): Promise<void>;

  /** Calls back after each commit with its events, in order. Returns how to stop. Must not throw. */
  subscribe(onCommit: (events: readonly StoredEvent[]) => void): () => void;

  readonly views: RecordViews;
  /** Commits, closes, and refuses everything afterwards. */
  close(): Promise<void>;
}

/** What may be done within a transaction. */
export interface RecordTransaction {
  /** Appends in order. Throws `stale_fence` when an event's fence is not the newest of its lane. */
  append(events: readonly EventDraft[]): Promise<readonly StoredEvent[]>;
  lane(laneId: string): Promise<Lane | undefined>;
  outboxRow(key: string): Promise<OutboxRow | undefined>;
}

/** Reads. They see what is committed. All lists are bounded by what is open, or by `limit`. */
export interface RecordViews {
  lane(laneId: string): Promise<Lane | undefined>;
  /** Lanes that are not closed, by id. */
  openLanes(): Promise<readonly Lane[]>;
  /** What is open and what there was in all, of one instant, so that lists and counts agree. */
  present(): Promise<PresentState>;
  /** The issue's lanes, newest first. */
  lanesOfIssue(issueId: string): Promise<readonly Lane[]>;
  /** The newest lane of the issue that people call so. */
  laneNamed(identifier: string): Promise<Lane | undefined>;
  /** Closed lanes, newest first. `before` goes on behind that lane. */
  closedLanes(limit: number, before?: string): Promise<readonly Lane[]>;
  run(laneId: string, number: number): Promise<Run | undefined>;
  /** Oldest first; with a limit the newest ones only. */
  runsOfLane(laneId: string, limit?: number): Promise<readonly Run[]>;
  /** Newest first, over all lanes. `before` goes on behind that run. */
  recentRuns(limit: number, before?: RunName): Promise<readonly Run[]>;
  evidence(laneId: string): Promise<readonly Evidence[]>;
  /** Rows that are neither done nor refused, oldest first. */
  openOutbox(): Promise<readonly OutboxRow[]>;
  /** Commands without an answer, oldest first. */
  openCommands(): Promise<readonly Command[]>;
  command(id: string): Promise<Command | undefined>;
  events(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** The rows of the ledger, by lane. Absent in records that keep none. */
  ledger?(query?: LedgerQuery): Promise<readonly LedgerRow[]>;
  /** How many sessions, tokens and lanes there were in all. */
  totals(): Promise<RecordTotals>;
  /** The last mode that was set. */
  mode(): Promise<ServiceMode>;
  lastSeq(): Promise<number>;
}

/** Which rows of the ledger: those of some days, both included (`2026-11-20`), of one lane. */
export interface LedgerQuery {
  readonly since?: string;
  readonly until?: string;
  readonly laneId?: string;
}

/** Names one run. */
export interface RunName {
  readonly laneId: string;
  readonly number: number;
}

/** What is open, as it was after one commit. */
export interface PresentState {
  /** Lanes that are not closed, by id. */
  readonly lanes: readonly Lane[];
  /** The run of each lane whose present work is one, in the order of the lanes. */
  readonly runs: readonly Run[];
  readonly totals: RecordTotals;
  readonly mode: ServiceMode;
  readonly lastSeq: number;
}

/** Which events. */
export interface EventQuery {
  /** Exclusive. */
  readonly afterSeq?: number;
  /** Exclusive. */
  readonly beforeSeq?: number;
  readonly laneId?: string;
  readonly run?: number;
  readonly types?: readonly string[];
  readonly limit: number;
  readonly newestFirst?: boolean;
}

/** Sums over everything, kept by projection. Milliseconds. */
export interface RecordTotals {
  readonly lanes: number;
  readonly closedLanes: number;
  readonly runs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly runMs: number;
  /** All that sessions used up. Absent: nothing. */
  readonly spent?: Spending;
}

/** What anybody may write without being the service: a question for it. */
export interface CommandInbox {
  /** Adds a row; durable on return. */
  ask(command: Omit<Command, "answer">): Promise<void>;
  /** The answer, or `null` while there is none. */
  answer(id: string): Promise<CommandAnswer | null>;
}
