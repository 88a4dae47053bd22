import type { RecordTotals } from "../contracts/record.ts";
import type { CommandAnswer } from "../model/command.ts";
import type { ServiceMode } from "../model/events/service.ts";
import type { Evidence } from "../model/evidence.ts";
import type { Lane, Run } from "../model/lane.ts";
import type { LedgerRow } from "../model/spending.ts";
import { rowName } from "./projections/ledger.ts";
import type { PlacedRow, ProjectionState } from "./projections/project.ts";
import { addTotals, NO_TOTALS } from "./projections/totals.ts";

/** What the events of one lane, or of the service, come to. */
export class Refold implements ProjectionState {
  readonly lanes = new Map<string, Lane>();
  readonly runs = new Map<number, Run>();
  readonly outboxRows = new Map<string, PlacedRow>();
  readonly evidence: { readonly seq: number; readonly evidence: Evidence }[] = [];
  readonly ledgerRows = new Map<string, LedgerRow>();
  readonly answers = new Map<string, CommandAnswer>();
  mode: ServiceMode | null = null;
  #totals: RecordTotals = NO_TOTALS;

  lane(id: string): Lane | undefined {
    return this.lanes.get(id);
  }

  putLane(lane: Lane): void {
    this.lanes.set(lane.id, lane);
  }

  run(_laneId: string, number: number): Run | undefined {
    return this.runs.get(number);
  }

  putRun(run: Run): void {
    this.runs.set(run.number, run);
  }

  outbox(key: string): PlacedRow | undefined {
    return this.outboxRows.get(key);
  }

  putOutbox(placed: PlacedRow): void {
    this.outboxRows.set(placed.row.key, placed);
  }

  ledgerRow(name: string): LedgerRow | undefined {
    return this.ledgerRows.get(name);
  }

  putLedgerRow(row: LedgerRow): void {
    this.ledgerRows.set(rowName(row), row);
  }

  putEvidence(seq: number, _laneId: string, evidence: Evidence): void {
    this.evidence.push({ seq, evidence });
  }

  putAnswer(commandId: string, answer: CommandAnswer): void {
    this.answers.set(commandId, answer);
  }

  totals(): RecordTotals {
    return this.#totals;
  }

  putTotals(totals: RecordTotals): void {
    this.#totals = totals;
  }

  putMode(mode: ServiceMode): void {
    this.mode = mode;
  }

  /** Adds the sums of a part. */
  addSums(part: Refold): void {
    this.#totals = addTotals(this.#totals, part.totals());
  }
}
