import { withDeadline } from "../base/abort.ts";
import { toMaestroError } from "../base/errors.ts";
import { isUnknownEffect } from "../contracts/outside.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import type { Lane } from "../model/lane.ts";
import { type OutboxRow, WORKER_INTENTS } from "../model/outbox.ts";
import { planRefusal } from "../lanes/index.ts";
import { carryOut } from "../record/index.ts";
import type { Board } from "./board.ts";
import { OutsideWriter } from "./outside-writer.ts";
import { CALL_DEADLINE_MS, type OrchestratorParts } from "./ports.ts";
import { writePlan } from "./steps.ts";

/** Pause before a write is tried again, milliseconds: 1 s doubled per try, at most 5 minutes. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** The pause after the n-th try. */
function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 16), LONGEST_PAUSE_MS);
}

/**
 * Sends what is due in the outbox, except what workers carry out themselves: of that it only looks up what their work began and left
 * without an answer. Writes of one lane go out one after the other, in the order in which they were planned; lanes do not wait for each
 * other.
 */
export class Sender {
  readonly #parts: OrchestratorParts;
  readonly #board: Board;
  readonly #signal: AbortSignal;
  readonly #onSent: () => void;
  readonly #sending = new Map<string, Promise<void>>();

  /** `onSent` is called when a lane has nothing more to send now; `signal` ends everything. */
  constructor(parts: OrchestratorParts, board: Board, signal: AbortSignal, onSent: () => void) {
    this.#parts = parts;
    this.#board = board;
    this.#signal = signal;
    this.#onSent = onSent;
  }

  /** Begins to send for every lane that has something due. Returns the milliseconds until another one has. */
  sendDue(): number {
    const now = this.#parts.clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const row of this.#heads()) {
      if (row.dueAt > now) next = Math.min(next, row.dueAt - now);
      else this.#begin(row.laneId);
    }
    return next;
  }

  /** Waits until nothing is being sent any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#sending.values());
  }

  /** The next write of each lane for which nothing is being sent. */
  #heads(): readonly OutboxRow[] {
    const heads = new Map<string, OutboxRow>();
    for (const row of this.#board.openOutbox()) {
      if (heads.has(row.laneId) || !this.#board.lanes.has(row.laneId)) continue;
      if (this.#board.seesTo(row)) heads.set(row.laneId, row);
    }
    return [...heads.values()].filter(({ laneId }) => !this.#sending.has(laneId));
  }

  #begin(laneId: string): void {
    const sending = this.#sendLane(laneId).finally(() => {
      this.#sending.delete(laneId);
      this.#onSent();
    });
    this.#sending.set(laneId, sending);
  }

  /** Never rejects. */
  async #sendLane(laneId: string): Promise<void> {
    while (!this.#signal.aborted) {
      const row = this.#board.outboxOf(laneId).find((open) => this.#board.seesTo(open));
      const lane = this.#board.lanes.get(laneId);
      if (row === undefined || lane === undefined || row.dueAt > this.#parts.clock.now()) return;
      try {
        await this.#sendRow(row, lane);
      } catch (error) {
        if (this.#signal.aborted) return;
        await this.#pauseAfter(row, error);
      }
    }
  }

  /** The row stands where it stood: a record that cannot be written must not make a busy loop. Of a full disk the record tells. */
  async #pauseAfter(row: OutboxRow, error: unknown): Promise<void> {
    const { record, clock, log } = this.#parts;
    if (record.trouble() === null)
      log.warn("outside write failed", { key: row.key, error: toMaestroError(error).message });
    do await clock.sleep(FIRST_PAUSE_MS, this.#signal).catch(() => undefined);
    while (record.trouble() !== null && !this.#signal.aborted);
  }

  async #sendRow(row: OutboxRow, lane: Lane): Promise<void> {
    const { clock, record } = this.#parts;
    const outside = new OutsideWriter(this.#parts, lane);
    const bounded = <T>(work: (signal: AbortSignal) => Promise<T>) =>
      withDeadline(clock, CALL_DEADLINE_MS, this.#signal, work);
    await carryOut({
      record,
      row,
      scope: { workflowId: row.workflowId, laneId: row.laneId, fence: row.fence },
      send: WORKER_INTENTS.includes(row.intent.kind)
        ? null
        : () => bounded((signal) => outside.send(row.intent, signal)),
      lookUp: () => bounded((signal) => outside.lookUp(row.intent, signal)),
      isUnknown: (error) => isUnknownEffect(toMaestroError(error)),
      clock,
      retryDelayMs: pauseAfter,
      alongside: async (tx, end) => {
        if (end.state === "refused") await this.#noteRefusal(tx, { ...row, ...end });
      },
    });
  }

  /** A refused write may leave its lane with nothing to wait for: what follows is decided and written with the refusal. */
  async #noteRefusal(tx: RecordTransaction, row: OutboxRow): Promise<void> {
    const lane = await tx.lane(row.laneId);
    if (lane === undefined) return;
    const workflow = this.#parts.workflows.current();
    const now = this.#parts.clock.now();
    const openOutbox = this.#board.outboxOf(lane.id).filter((open) => open.key !== row.key);
    const plan = planRefusal({ workflow, lane, issue: undefined, change: undefined, openOutbox, now }, row);
    await writePlan(this.#parts, tx, plan, { lane, issue: lane.issue, workflow, runs: [], openOutbox, now });
  }
}
