import { MaestroError } from "../base/errors.ts";
import type { SecretRegistry } from "../base/redact.ts";
import { EVENT_VERSION, type EventDraft, type StoredEvent } from "../model/events/envelope.ts";
import type { Lane } from "../model/lane.ts";
import type { Cache } from "./cache.ts";
import { Changes } from "./changes.ts";
import { type LedgerRow, ledgerKey } from "../model/spending.ts";
import { eventData, eventOf, laneOf, ledgerRowOf, outboxOf, plainJson, runOf } from "./map.ts";
import { ledgerRowIn, rowName } from "./projections/ledger.ts";
import { outboxKeyOf } from "./projections/outbox.ts";
import { project, runNumberOf } from "./projections/project.ts";
import { selectLane, selectLedgerRow, selectOutbox, selectRun, selectRunSeq } from "./queries.ts";
import type { Store } from "./sql/store.ts";

/** What appending needs. */
export interface AppendParts {
  readonly store: Store;
  readonly cache: Cache;
  readonly workflowId: string;
  readonly secrets: SecretRegistry;
}

/**
 * Appends to changes in memory: all of the events or, when it throws, none. Throws `stale_fence`, `lane_missing`, `lane_exists`,
 * `wrong_workflow`, and what reading the database may throw.
 */
export async function appendEvents(
  parts: AppendParts,
  whole: Changes,
  drafts: readonly EventDraft[],
  at: number,
): Promise<readonly StoredEvent[]> {
  const changes = new Changes(whole);
  for (const draft of drafts) await appendOne(parts, changes, draft, at);
  changes.mergeInto(whole);
  return changes.events;
}

async function appendOne(parts: AppendParts, changes: Changes, draft: EventDraft, at: number): Promise<void> {
  const { laneId, run, fence } = draft;
  const { workflowId } = parts;
  if (draft.workflowId !== workflowId) throw wrongWorkflow(workflowId, draft.workflowId);
  const { type } = draft.event;
  const data = JSON.stringify(parts.secrets.redactValue(eventData(draft)));
  if (laneId !== null) assertRight(draft, await findLane(parts, changes, laneId));
  const runSeq = laneId === null || run === null ? null : (await findRunSeq(parts, changes, laneId, run)) + 1;
  // Read back from the text: the caller's object may change later, and what is folded must be what is on disk.
  const event = eventOf(type, plainJson(data));
  const seq = changes.lastSeq() + 1;
  const stored: StoredEvent = { version: EVENT_VERSION, seq, at, workflowId, laneId, run, runSeq, fence, event };
  await findOthers(parts, changes, stored);
  const row = { workflow_id: workflowId, seq, at, lane_id: laneId, run, run_seq: runSeq, fence };
  changes.add({ ...row, version: EVENT_VERSION, type, data }, stored);
  project(changes, stored);
}

/** A lane as these changes leave it. */
export async function findLane(parts: AppendParts, changes: Changes, id: string): Promise<Lane | undefined> {
  const known = changes.lane(id);
  if (known !== undefined) return known;
  const [row] = await parts.store.run(selectLane(parts.store.build, { workflow_id: parts.workflowId, id }));
  if (row === undefined) return undefined;
  const lane = laneOf(row);
  parts.cache.keepLane(lane);
  return lane;
}

/** An outside write as these changes leave it. */
export async function findOutbox(parts: AppendParts, changes: Changes, key: string) {
  const known = changes.outbox(key);
  if (known !== undefined) return known;
  const [row] = await parts.store.run(selectOutbox(parts.store.build, { workflow_id: parts.workflowId, key }));
  if (row === undefined) return undefined;
  const placed = { row: outboxOf(row), position: row.position };
  parts.cache.keepOutbox(placed);
  return placed;
}

async function findRunSeq(parts: AppendParts, changes: Changes, laneId: string, run: number): Promise<number> {
  const known = changes.runSeq(laneId, run);
  if (known !== undefined) return known;
  const of = { workflow_id: parts.workflowId, lane_id: laneId, run };
  const [row] = await parts.store.run(selectRunSeq(parts.store.build, of));
  const last = row?.last ?? 0;
  parts.cache.keepRunSeq(laneId, run, last);
  return last;
}

/** Brings runs and outside write into memory, so that projecting needs no wait. */
async function findOthers(parts: AppendParts, changes: Changes, stored: StoredEvent): Promise<void> {
  const { event, laneId } = stored;
  const key = outboxKeyOf(stored);
  if (key !== null) await findOutbox(parts, changes, key);
  if (laneId === null) return;
  const number = runNumberOf(stored);
  if (number !== null) await findRun(parts, changes, laneId, number);
  const more = ledgerRowIn(stored, changes.lane(laneId));
  if (more !== null) await findLedgerRow(parts, changes, more);
  if (event.type !== "lane_archived") return;
  for (const row of event.data.ledger ?? []) await findLedgerRow(parts, changes, row);
  for (const run of event.data.runs) await findRun(parts, changes, laneId, run.number);
}

async function findRun(parts: AppendParts, changes: Changes, laneId: string, number: number): Promise<void> {
  if (changes.run(laneId, number) !== undefined) return;
  const of = { workflow_id: parts.workflowId, lane_id: laneId, number };
  const [row] = await parts.store.run(selectRun(parts.store.build, of));
  if (row !== undefined) parts.cache.keepRun(runOf(row));
}

async function findLedgerRow(parts: AppendParts, changes: Changes, wanted: LedgerRow): Promise<void> {
  if (changes.ledgerRow(rowName(wanted)) !== undefined) return;
  const of = { workflow_id: parts.workflowId, lane_id: wanted.laneId, key: ledgerKey(wanted) };
  const [row] = await parts.store.run(selectLedgerRow(parts.store.build, of));
  if (row !== undefined) parts.cache.keepLedgerRow(ledgerRowOf(row));
}

function assertRight(draft: EventDraft, lane: Lane | undefined): void {
  const { event, laneId, fence } = draft;
  if (lane === undefined) {
    if (event.type === "lane_opened" || event.type === "lane_archived") return;
    throw new MaestroError({
      code: "lane_missing",
      message: `There is no lane ${laneId} that "${event.type}" could happen on.`,
      facts: { lane_id: laneId, type: event.type },
    });
  }
  if (event.type === "lane_opened") {
    throw new MaestroError({
      code: "lane_exists",
      message: `Lane ${lane.id} was opened before.`,
      facts: { lane_id: lane.id },
    });
  }
  const raises = event.type === "lease_granted" || event.type === "lease_lost";
  const right = raises ? event.data.fence === lane.fence + 1 : fence === null || fence === lane.fence;
  if (right) return;
  throw new MaestroError({
    code: "stale_fence",
    message: `The right to write to lane ${lane.id} has passed to somebody else.`,
    hint: "Stop this work at once; what it still wants to write is refused.",
    facts: { lane_id: lane.id, fence: raises ? event.data.fence : fence, newest: lane.fence },
  });
}

function wrongWorkflow(expected: string, actual: string): MaestroError {
  return new MaestroError({
    code: "wrong_workflow",
    message: `An event of workflow ${actual} does not belong into the record of ${expected}.`,
    facts: { expected, actual },
  });
}
