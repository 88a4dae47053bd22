import { isOpen } from "../model/lane.ts";
import { ledgerKey } from "../model/spending.ts";
import type { Changes } from "./changes.ts";
import { isOpenRow } from "./projections/outbox.ts";
import {
  insertEvent,
  insertEvidence,
  putAnswer,
  putLane,
  putLedgerRow,
  putOutbox,
  putRun,
  putMode,
  putTotals,
} from "./queries.ts";
import type { Builder, Statement } from "./sql/store.ts";

/** The statements that put changes on disk: each event, and each changed entity once. */
export function statementsOf(build: Builder, workflowId: string, changes: Changes): Statement<unknown>[] {
  const workflow_id = workflowId;
  const statements: Statement<unknown>[] = changes.rows.map((row) => insertEvent(build, row));
  for (const lane of changes.lanes.values()) {
    const { id, ordinal, closedAt } = lane;
    const open = isOpen(lane) ? 1 : 0;
    const { id: issue_id, identifier } = lane.issue;
    const row = { workflow_id, id, issue_id, identifier, ordinal, open, closed_at: closedAt };
    statements.push(putLane(build, { ...row, data: JSON.stringify(lane) }));
  }
  for (const run of changes.runs.values()) {
    const { laneId, number, claimedAt } = run;
    const row = { workflow_id, lane_id: laneId, number, claimed_at: claimedAt };
    statements.push(putRun(build, { ...row, data: JSON.stringify(run) }));
  }
  for (const { seq, laneId, evidence } of changes.evidence) {
    statements.push(insertEvidence(build, { workflow_id, seq, lane_id: laneId, data: JSON.stringify(evidence) }));
  }
  for (const { row, position } of changes.outboxRows.values()) {
    const open = isOpenRow(row) ? 1 : 0;
    const columns = { workflow_id, key: row.key, lane_id: row.laneId, position, open };
    statements.push(putOutbox(build, { ...columns, data: JSON.stringify(row) }));
  }
  for (const row of changes.ledgerRows.values()) {
    const columns = { workflow_id, lane_id: row.laneId, key: ledgerKey(row), day: row.day };
    statements.push(putLedgerRow(build, { ...columns, data: JSON.stringify(row) }));
  }
  for (const [id, answer] of changes.answers) {
    statements.push(putAnswer(build, { workflow_id, id, answer: JSON.stringify(answer) }));
  }
  if (changes.newTotals !== undefined) {
    statements.push(putTotals(build, { workflow_id, data: JSON.stringify(changes.newTotals) }));
  }
  if (changes.newMode !== undefined) {
    statements.push(putMode(build, { workflow_id, data: JSON.stringify({ mode: changes.newMode }) }));
  }
  return statements;
}
