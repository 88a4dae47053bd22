import { isMaestroError } from "../base/errors.ts";
import { stableJson } from "../base/json.ts";
import { isOpen } from "../model/lane.ts";
import { ledgerKey } from "../model/spending.ts";
import type { RecordSource } from "./open-record.ts";
import { isOpenRow } from "./projections/outbox.ts";
import { project } from "./projections/project.ts";
import { Refold } from "./refold.ts";
import type { EventRow } from "./sql/tables.ts";
import { liftEvent } from "./upcast.ts";
import {
  eventsOfLane,
  laneIdsAfter,
  projectedRows,
  serviceEventsAfter,
  storedAnswers,
  storedCounts,
} from "./verify-queries.ts";
import { selectLastSeq, selectMode, selectTotals } from "./queries.ts";

/** What verification found. */
export interface VerifyReport {
  readonly ok: boolean;
  /** Events that were read. */
  readonly events: number;
  /** One sentence for each thing that is not as the events say; at most 100. */
  readonly differences: readonly string[];
}

/** Lanes, and service events, that are read at once. */
const PAGE = 200;
const MAX_DIFFERENCES = 100;

/**
 * Rebuilds everything that is derived from the events, lane by lane in bounded memory, and compares it with what is stored. Also
 * checks the numbering. A damaged row is a difference, no error; throws `record_newer`, `record_failed`.
 */
export async function verifyRecord(open: { readonly source: RecordSource }): Promise<VerifyReport> {
  const { store } = open.source;
  return store.exclusive(async () => {
    await store.begin("read");
    try {
      return await new Verification(open.source).run();
    } finally {
      await store.rollback();
    }
  });
}

class Verification {
  readonly #source: RecordSource;
  readonly #of: { readonly workflow_id: string };
  readonly #whole = new Refold();
  readonly #differences: string[] = [];
  readonly #seen = { lanes: 0, runs: 0, evidence: 0, outbox: 0, ledger: 0 };
  #events = 0;
  #archived = 0;

  constructor(source: RecordSource) {
    this.#source = source;
    this.#of = { workflow_id: source.workflowId };
  }

  async run(): Promise<VerifyReport> {
    await this.#service();
    for (let after = ""; ; ) {
      const ids = await this.#read(laneIdsAfter(this.#build, { ...this.#of, after, limit: PAGE }));
      for (const { lane_id } of ids) await this.#lane(lane_id);
      const last = ids.at(-1);
      if (last === undefined || ids.length < PAGE) break;
      after = last.lane_id;
    }
    await this.#sums();
    return { ok: this.#differences.length === 0, events: this.#events, differences: this.#differences };
  }

  get #build() {
    return this.#source.store.build;
  }

  #read<Row>(statement: { sql: string; parameters: readonly unknown[]; row?: Row }): Promise<readonly Row[]> {
    return this.#source.store.run<Row>(statement);
  }

  async #service(): Promise<void> {
    for (let after = 0; ; ) {
      const rows = await this.#read(serviceEventsAfter(this.#build, { ...this.#of, after, limit: PAGE }));
      for (const row of rows) this.#fold(this.#whole, row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      after = last.seq;
    }
    for (const { id, answer } of await this.#read(storedAnswers(this.#build, this.#of))) {
      this.#compare(`commands ${id}`, this.#whole.answers.get(id) ?? null, answer);
    }
  }

  async #lane(laneId: string): Promise<void> {
    const fold = new Refold();
    const rows = await this.#read(eventsOfLane(this.#build, { ...this.#of, lane_id: laneId }));
    for (const row of rows) this.#fold(fold, row);
    this.#checkRunNumbers(rows);
    await this.#compareLane(laneId, fold);
    this.#whole.addSums(fold);
  }

  /** From 1 without gaps, in each run; after pruning only without gaps. */
  #checkRunNumbers(rows: readonly EventRow[]): void {
    const pruned = rows.some((row) => row.type === "lane_archived");
    const last = new Map<number, number>();
    for (const { run, run_seq, seq } of rows) {
      if (run === null || run_seq === null) continue;
      const expected = (last.get(run) ?? (pruned ? run_seq - 1 : 0)) + 1;
      if (run_seq !== expected) this.#report(`events ${seq}: is number ${run_seq} of run ${run}, not ${expected}`);
      last.set(run, run_seq);
    }
  }

  async #compareLane(laneId: string, fold: Refold): Promise<void> {
    const stored = await projectedRows(this.#source.store, { ...this.#of, lane_id: laneId });
    const lane = fold.lane(laneId);
    this.#compare(`lanes ${laneId}`, lane ?? null, stored.lane?.data);
    if (lane !== undefined && stored.lane !== undefined && (stored.lane.open === 1) !== isOpen(lane)) {
      this.#report(`lanes ${laneId}: is marked as ${stored.lane.open === 1 ? "open" : "closed"}`);
    }
    for (const run of fold.runs.values()) {
      this.#compare(`runs ${laneId}/${run.number}`, run, stored.runs.get(run.number));
    }
    for (const { seq, evidence } of fold.evidence) this.#compare(`evidence ${seq}`, evidence, stored.evidence.get(seq));
    for (const { row, position } of fold.outboxRows.values()) {
      const kept = stored.outbox.get(row.key);
      this.#compare(`outbox ${row.key}`, row, kept?.data);
      const right = kept === undefined || (kept.position === position && (kept.open === 1) === isOpenRow(row));
      if (!right) this.#report(`outbox ${row.key}: is marked wrong`);
    }
    for (const row of fold.ledgerRows.values()) {
      this.#compare(`ledger ${laneId} ${ledgerKey(row)}`, row, stored.ledger.get(ledgerKey(row)));
    }
    this.#seen.ledger += fold.ledgerRows.size;
    this.#seen.lanes += lane === undefined ? 0 : 1;
    this.#seen.runs += fold.runs.size;
    this.#seen.evidence += fold.evidence.length;
    this.#seen.outbox += fold.outboxRows.size;
  }

  async #sums(): Promise<void> {
    const [totals] = await this.#read(selectTotals(this.#build, this.#of));
    const [service] = await this.#read(selectMode(this.#build, this.#of));
    const [last] = await this.#read(selectLastSeq(this.#build, this.#of));
    if (totals !== undefined || this.#seen.lanes > 0) this.#compare("totals", this.#whole.totals(), totals?.data);
    if (service !== undefined || this.#whole.mode !== null) {
      this.#compare("service", { mode: this.#whole.mode }, service?.data);
    }
    const seq = last?.last ?? 0;
    if (seq !== this.#events + this.#archived) {
      this.#report(`events: the last one is ${seq}, but there are ${this.#events} (and ${this.#archived} archived)`);
    }
    // The other way round: what is stored although no event says so.
    for (const { table, rows } of await storedCounts(this.#source.store, this.#of)) {
      if (rows !== this.#seen[table])
        this.#report(`${table}: ${rows} rows are stored, the events give ${this.#seen[table]}`);
    }
  }

  #fold(fold: Refold, row: EventRow): void {
    this.#events += 1;
    try {
      const stored = liftEvent(row);
      if (stored.event.type === "lane_archived") this.#archived += stored.event.data.events;
      project(fold, stored);
    } catch (error) {
      if (isMaestroError(error) && error.code === "record_newer") throw error;
      this.#report(`events ${row.seq}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #compare(name: string, expected: unknown, stored: string | null | undefined): void {
    if (stored === undefined || stored === null) {
      if (expected !== null) this.#report(`${name}: is missing`);
      return;
    }
    if (expected === null) this.#report(`${name}: no event says so`);
    else if (canonical(stored) !== stableJson(expected)) this.#report(`${name}: differs from its events`);
  }

  #report(difference: string): void {
    if (this.#differences.length < MAX_DIFFERENCES) this.#differences.push(difference);
  }
}

/** Equal values give equal texts; a damaged one equals nothing. */
function canonical(text: string): string | null {
  try {
    return stableJson(JSON.parse(text));
  } catch {
    // The caller reports the difference.
    return null;
  }
}
