import type { RecordTotals } from "../contracts/record.ts";
import type { ServiceMode } from "../model/events/service.ts";
import { isOpen, type Lane, type Run } from "../model/lane.ts";
import type { OutboxRow } from "../model/outbox.ts";
import type { LedgerRow } from "../model/spending.ts";
import { BoundedMap } from "./bounded-map.ts";
import { type Changes, type KnownState, runKey } from "./changes.ts";
import { laneOf, modeOf, outboxOf, totalsOf } from "./map.ts";
import { rowName } from "./projections/ledger.ts";
import { isOpenRow } from "./projections/outbox.ts";
import type { PlacedRow } from "./projections/project.ts";
import { NO_TOTALS } from "./projections/totals.ts";
import { selectLastSeq, selectOpenLanes, selectOpenOutbox, selectMode, selectTotals } from "./queries.ts";
import type { Store } from "./sql/store.ts";

/** Closed lanes, runs and settled writes that are kept beside what is open. */
const KEPT = 1_000;

/**
 * The committed state of everything open, in the memory of the one writer, and of some that is not. Its size follows what
 * is open, never what has been.
 */
export class Cache implements KnownState {
  readonly #workflowId: string;
  readonly #openLanes = new Map<string, Lane>();
  readonly #closedLanes = new BoundedMap<string, Lane>(KEPT);
  readonly #openOutbox = new Map<string, PlacedRow>();
  readonly #settledOutbox = new BoundedMap<string, PlacedRow>(KEPT);
  readonly #runs = new BoundedMap<string, Run>(KEPT);
  readonly #runSeqs = new BoundedMap<string, number>(KEPT);
  readonly #ledger = new BoundedMap<string, LedgerRow>(KEPT);
  #totals: RecordTotals = NO_TOTALS;
  #mode: ServiceMode = "running";
  #lastSeq = 0;
  #lanesInOrder: readonly Lane[] | undefined;
  #outboxInOrder: readonly OutboxRow[] | undefined;

  constructor(workflowId: string) {
    this.#workflowId = workflowId;
  }

  /** Forgets everything and reads what is open. */
  async load(store: Store): Promise<void> {
    const of = { workflow_id: this.#workflowId };
    const lanes = await store.run(selectOpenLanes(store.build, of));
    const outbox = await store.run(selectOpenOutbox(store.build, of));
    const [totals] = await store.run(selectTotals(store.build, of));
    const [service] = await store.run(selectMode(store.build, of));
    const [events] = await store.run(selectLastSeq(store.build, of));
    this.#clear();
    for (const row of lanes) this.#openLanes.set(row.id, laneOf(row));
    for (const row of outbox) this.#openOutbox.set(row.key, { row: outboxOf(row), position: row.position });
    this.#totals = totals === undefined ? NO_TOTALS : totalsOf(totals);
    this.#mode = service === undefined ? "running" : modeOf(service);
    this.#lastSeq = events?.last ?? 0;
  }

  lane(id: string): Lane | undefined {
    return this.#openLanes.get(id) ?? this.#closedLanes.get(id);
  }

  run(laneId: string, number: number): Run | undefined {
    return this.#runs.get(runKey(laneId, number));
  }

  runSeq(laneId: string, run: number): number | undefined {
    return this.#runSeqs.get(runKey(laneId, run));
  }

  outbox(key: string): PlacedRow | undefined {
    return this.#openOutbox.get(key) ?? this.#settledOutbox.get(key);
  }

  ledgerRow(name: string): LedgerRow | undefined {
    return this.#ledger.get(name);
  }

  keepLedgerRow(row: LedgerRow): void {
    this.#ledger.set(rowName(row), row);
  }

  totals(): RecordTotals {
    return this.#totals;
  }

  mode(): ServiceMode {
    return this.#mode;
  }

  lastSeq(): number {
    return this.#lastSeq;
  }

  /** Open lanes, by id. */
  openLanes(): readonly Lane[] {
    this.#lanesInOrder ??= [...this.#openLanes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.#lanesInOrder;
  }

  /** Open outside writes, in their order. */
  openOutbox(): readonly OutboxRow[] {
    this.#outboxInOrder ??= [...this.#openOutbox.values()]
      .sort((a, b) => a.position - b.position)
      .map((placed) => placed.row);
    return this.#outboxInOrder;
  }

  /** Keeps what was read from the database. */
  keepLane(lane: Lane): void {
    if (isOpen(lane)) {
      this.#openLanes.set(lane.id, lane);
      this.#closedLanes.delete(lane.id);
    } else {
      this.#openLanes.delete(lane.id);
      this.#closedLanes.set(lane.id, lane);
    }
    this.#lanesInOrder = undefined;
  }

  keepRun(run: Run): void {
    this.#runs.set(runKey(run.laneId, run.number), run);
  }

  keepRunSeq(laneId: string, run: number, seq: number): void {
    this.#runSeqs.set(runKey(laneId, run), seq);
  }

  keepOutbox(placed: PlacedRow): void {
    const { key } = placed.row;
    if (isOpenRow(placed.row)) {
      this.#openOutbox.set(key, placed);
      this.#settledOutbox.delete(key);
    } else {
      this.#openOutbox.delete(key);
      this.#settledOutbox.set(key, placed);
    }
    this.#outboxInOrder = undefined;
  }

  /** Takes over what was committed. */
  absorb(changes: Changes): void {
    for (const lane of changes.lanes.values()) this.keepLane(lane);
    for (const run of changes.runs.values()) this.keepRun(run);
    for (const [key, seq] of changes.runSeqs) this.#runSeqs.set(key, seq);
    for (const placed of changes.outboxRows.values()) this.keepOutbox(placed);
    for (const row of changes.ledgerRows.values()) this.keepLedgerRow(row);
    this.#totals = changes.totals();
    this.#mode = changes.newMode ?? this.#mode;
    this.#lastSeq = changes.lastSeq();
  }

  /** Forgets the settled writes, after some of them were removed. */
  forgetSettled(): void {
    this.#settledOutbox.clear();
  }

  #clear(): void {
    this.#openLanes.clear();
    this.#closedLanes.clear();
    this.#openOutbox.clear();
    this.#settledOutbox.clear();
    this.#ledger.clear();
    this.#runs.clear();
    this.#runSeqs.clear();
    this.#lanesInOrder = undefined;
    this.#outboxInOrder = undefined;
  }
}
