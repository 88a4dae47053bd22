import type { RecordTotals } from "../../contracts/record.ts";
import type { CommandAnswer } from "../../model/command.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import type { ServiceMode } from "../../model/events/service.ts";
import type { Evidence } from "../../model/evidence.ts";
import type { Lane, Run } from "../../model/lane.ts";
import type { OutboxRow } from "../../model/outbox.ts";
import { addSpending, type LedgerRow, lessSpending, NO_SPENDING } from "../../model/spending.ts";
import { applyToLane } from "./lane.ts";
import { addToRow, ledgerRowIn, rowName } from "./ledger.ts";
import { applyToOutbox, outboxKeyOf, takesPlace } from "./outbox.ts";
import { applyToRun } from "./run.ts";
import { moveTotals, totalsOfLane, totalsOfRun } from "./totals.ts";

/** An outside write with its place in the order: the seq of its plan. */
export interface PlacedRow {
  readonly row: OutboxRow;
  readonly position: number;
}

/** All that is derived from events, as far as one event may need it. */
export interface ProjectionState {
  lane(id: string): Lane | undefined;
  putLane(lane: Lane): void;
  run(laneId: string, number: number): Run | undefined;
  putRun(run: Run): void;
  outbox(key: string): PlacedRow | undefined;
  putOutbox(placed: PlacedRow): void;
  ledgerRow(name: string): LedgerRow | undefined;
  putLedgerRow(row: LedgerRow): void;
  putEvidence(seq: number, laneId: string, evidence: Evidence): void;
  putAnswer(commandId: string, answer: CommandAnswer): void;
  totals(): RecordTotals;
  putTotals(totals: RecordTotals): void;
  putMode(mode: ServiceMode): void;
}

/** Applies one event to everything that is derived from it: the same when it is written and when it is verified. */
export function project(state: ProjectionState, stored: StoredEvent): void {
  const { event, laneId } = stored;
  if (event.type === "service_mode_changed") state.putMode(event.data.mode);
  if (event.type === "command_answered") state.putAnswer(event.data.id, event.data.answer);
  if (laneId === null) return;
  if (event.type === "lane_archived") for (const run of event.data.runs) moveRun(state, run.number, laneId, run);
  projectLane(state, stored, laneId);
  const number = runNumberOf(stored);
  if (number !== null) moveRun(state, number, laneId, applyToRun(state.run(laneId, number), stored));
  projectLedger(state, stored, laneId);
  projectOutbox(state, stored);
  if (event.type === "evidence_recorded") state.putEvidence(stored.seq, laneId, event.data);
}

/** The run that an event is about. A run begins with the decision to enqueue it, which is not yet its own event. */
export function runNumberOf({ event, run }: Pick<StoredEvent, "event" | "run">): number | null {
  return event.type === "work_enqueued" && event.data.kind === "run" ? event.data.run : run;
}

function projectLane(state: ProjectionState, stored: StoredEvent, laneId: string): void {
  const before = state.lane(laneId);
  const after = applyToLane(before, stored);
  if (after === undefined || after === before) return;
  state.putLane(after);
  move(state, totalsOfLane(before), totalsOfLane(after));
}

function moveRun(state: ProjectionState, number: number, laneId: string, after: Run | undefined): void {
  const before = state.run(laneId, number);
  if (after === undefined || after === before) return;
  state.putRun(after);
  move(state, totalsOfRun(before), totalsOfRun(after));
}

function move(state: ProjectionState, before: RecordTotals, after: RecordTotals): void {
  const totals = state.totals();
  const moved = moveTotals(totals, before, after);
  const same =
    moved.lanes === totals.lanes &&
    moved.closedLanes === totals.closedLanes &&
    moved.runs === totals.runs &&
    moved.runMs === totals.runMs &&
    moved.totalTokens === totals.totalTokens &&
    moved.inputTokens === totals.inputTokens &&
    moved.outputTokens === totals.outputTokens;
  if (!same) state.putTotals(moved);
}

function projectLedger(state: ProjectionState, stored: StoredEvent, laneId: string): void {
  if (stored.event.type === "lane_archived") {
    for (const row of stored.event.data.ledger ?? []) putRow(state, row);
    return;
  }
  const more = ledgerRowIn(stored, state.lane(laneId));
  if (more !== null) putRow(state, addToRow(state.ledgerRow(rowName(more)), more));
}

function putRow(state: ProjectionState, row: LedgerRow): void {
  const before = state.ledgerRow(rowName(row));
  const more = lessSpending(row.spending, before?.spending ?? NO_SPENDING);
  state.putLedgerRow(row);
  const totals = state.totals();
  state.putTotals({ ...totals, spent: addSpending(totals.spent ?? NO_SPENDING, more) });
}

function projectOutbox(state: ProjectionState, stored: StoredEvent): void {
  const key = outboxKeyOf(stored);
  if (key === null) return;
  const before = state.outbox(key);
  const row = applyToOutbox(before?.row, stored);
  if (row === undefined || row === before?.row) return;
  const moves = before === undefined || takesPlace(before.row, stored);
  state.putOutbox({ row, position: moves ? stored.seq : before.position });
}
