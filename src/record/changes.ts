import type { RecordTotals } from "../contracts/record.ts";
import type { CommandAnswer } from "../model/command.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import type { ServiceMode } from "../model/events/service.ts";
import type { Evidence } from "../model/evidence.ts";
import type { Lane, Run } from "../model/lane.ts";
import type { LedgerRow } from "../model/spending.ts";
import { rowName } from "./projections/ledger.ts";
import type { PlacedRow, ProjectionState } from "./projections/project.ts";
import type { EventRow } from "./sql/tables.ts";

/** What was known before these changes. `undefined` means: not here; the database may have it. */
export interface KnownState {
  lane(id: string): Lane | undefined;
  run(laneId: string, number: number): Run | undefined;
  runSeq(laneId: string, run: number): number | undefined;
  outbox(key: string): PlacedRow | undefined;
  ledgerRow(name: string): LedgerRow | undefined;
  totals(): RecordTotals;
  lastSeq(): number;
}

/** A piece of evidence with the seq of its event. */
export interface PlacedEvidence {
  readonly seq: number;
  readonly laneId: string;
  readonly evidence: Evidence;
}

/** The key of a run in maps. */
export function runKey(laneId: string, number: number): string {
  return `${number}/${laneId}`;
}

/**
 * What a group of transactions, or a part of one, has changed so far, in memory. A part is made on top of the whole, and
 * either merged into it or forgotten: so nothing has to be undone, and each entity is written once.
 */
export class Changes implements KnownState, ProjectionState {
  readonly rows: EventRow[] = [];
  readonly events: StoredEvent[] = [];
  readonly lanes = new Map<string, Lane>();
  readonly runs = new Map<string, Run>();
  readonly runSeqs = new Map<string, number>();
  readonly outboxRows = new Map<string, PlacedRow>();
  readonly ledgerRows = new Map<string, LedgerRow>();
  readonly evidence: PlacedEvidence[] = [];
  readonly answers = new Map<string, CommandAnswer>();
  readonly onCommit: (() => void)[] = [];
  newTotals: RecordTotals | undefined;
  newMode: ServiceMode | undefined;
  readonly #before: KnownState;

  constructor(before: KnownState) {
    this.#before = before;
  }

  lane(id: string): Lane | undefined {
    return this.lanes.get(id) ?? this.#before.lane(id);
  }

  putLane(lane: Lane): void {
    this.lanes.set(lane.id, lane);
  }

  run(laneId: string, number: number): Run | undefined {
    return this.runs.get(runKey(laneId, number)) ?? this.#before.run(laneId, number);
  }

  putRun(run: Run): void {
    this.runs.set(runKey(run.laneId, run.number), run);
  }

  runSeq(laneId: string, run: number): number | undefined {
    return this.runSeqs.get(runKey(laneId, run)) ?? this.#before.runSeq(laneId, run);
  }

  outbox(key: string): PlacedRow | undefined {
    return this.outboxRows.get(key) ?? this.#before.outbox(key);
  }

  putOutbox(placed: PlacedRow): void {
    this.outboxRows.set(placed.row.key, placed);
  }

  ledgerRow(name: string): LedgerRow | undefined {
    return this.ledgerRows.get(name) ?? this.#before.ledgerRow(name);
  }

  putLedgerRow(row: LedgerRow): void {
    this.ledgerRows.set(rowName(row), row);
  }

  putEvidence(seq: number, laneId: string, evidence: Evidence): void {
    this.evidence.push({ seq, laneId, evidence });
  }

  putAnswer(commandId: string, answer: CommandAnswer): void {
    this.answers.set(commandId, answer);
  }

  totals(): RecordTotals {
    return this.newTotals ?? this.#before.totals();
  }

  putTotals(totals: RecordTotals): void {
    this.newTotals = totals;
  }

  putMode(mode: ServiceMode): void {
    this.newMode = mode;
  }

  lastSeq(): number {
    return this.events.at(-1)?.seq ?? this.#before.lastSeq();
  }

  /** Keeps an event with its row. */
  add(row: EventRow, stored: StoredEvent): void {
    this.rows.push(row);
    this.events.push(stored);
    if (stored.laneId !== null && stored.run !== null && stored.runSeq !== null) {
      this.runSeqs.set(runKey(stored.laneId, stored.run), stored.runSeq);
    }
  }

  /** Makes these changes part of those that they were made on. */
  mergeInto(whole: Changes): void {
    for (const row of this.rows) whole.rows.push(row);
    for (const event of this.events) whole.events.push(event);
    for (const [id, lane] of this.lanes) whole.lanes.set(id, lane);
    for (const [key, run] of this.runs) whole.runs.set(key, run);
    for (const [key, seq] of this.runSeqs) whole.runSeqs.set(key, seq);
    for (const [key, placed] of this.outboxRows) whole.outboxRows.set(key, placed);
    for (const [name, row] of this.ledgerRows) whole.ledgerRows.set(name, row);
    for (const item of this.evidence) whole.evidence.push(item);
    for (const [id, answer] of this.answers) whole.answers.set(id, answer);
    for (const callback of this.onCommit) whole.onCommit.push(callback);
    whole.newTotals = this.newTotals ?? whole.newTotals;
    whole.newMode = this.newMode ?? whole.newMode;
  }
}
