import type { Clock } from "../base/clock.ts";
import { isMaestroError, type MaestroError, toMaestroError } from "../base/errors.ts";
import type { RecordTransaction, WorkRecord } from "../contracts/record.ts";
import type { Event } from "../model/events/index.ts";
import type { OutboxRow } from "../model/outbox.ts";

/** What became of a row: `unknown` and `postponed` are tried again when they are due. */
export type OutboxResult = "done" | "refused" | "unknown" | "postponed";

/** The present result of the outside for one intent. */
export type LookUp = { readonly done: true; readonly result: string | null } | { readonly done: false };

/** How one row is carried out. */
export interface CarryOut {
  readonly record: WorkRecord;
  readonly row: OutboxRow;
  /** `fence`: the right under which it is sent; `null` when the caller itself guards the lane. */
  readonly scope: { readonly workflowId: string; readonly laneId: string; readonly fence: number | null };
  /** Makes the effect; returns what the record keeps as its result. `null`: its time is over, it is only looked up. */
  readonly send: (() => Promise<string | null>) | null;
  /** Whether the effect is there. Its no is the proof that nothing happened. */
  readonly lookUp: () => Promise<LookUp>;
  /** Whether an error leaves open if the effect happened; every other error means that nothing happened. */
  readonly isUnknown: (error: { readonly code: string }) => boolean;
  readonly clock: Clock;
  /** Pause before the next try, milliseconds. */
  readonly retryDelayMs: (tries: number) => number;
  /** What has to be on record together with the row's end, e.g. what a refusal means for the lane. */
  readonly alongside?: (tx: RecordTransaction, end: OutboxEnd) => Promise<void>;
}

/** How a row ended. */
export interface OutboxEnd {
  readonly state: "done" | "refused";
  readonly result: string | null;
}

/** A row that failed this often is given up: by then a person has to look. */
const MAX_TRIES = 20;

/**
 * Carries an outside write out, so that its effect happens once whatever dies in between: `sending` is on disk before the
 * request, and a row that is found `sending` or `unknown` is looked up before it is sent again. Throws only what the record
 * throws; the row then stands where it stood and is taken up again.
 */
export async function carryOut(options: CarryOut): Promise<OutboxResult> {
  let row = options.row;
  let proven = false;
  for (;;) {
    if (row.state === "done" || row.state === "refused") return row.state;
    if (row.state !== "planned" && !proven) {
      const found = await attempt(options.lookUp);
      if (!found.ok) return settleUnknown(options, row, found.error);
      if (found.value.done) return settle(options, "done", found.value.result);
      proven = true;
    }
    if (options.send === null) return settle(options, "refused", "work_ended");
    const marked = await markSending(options, proven);
    if (marked === "stale") return settle(options, "refused", "stale_fence");
    if (marked.mayGo) return send(options, options.send, marked.row);
    row = marked.row;
  }
}

async function send(options: CarryOut, make: () => Promise<string | null>, row: OutboxRow): Promise<OutboxResult> {
  const sent = await attempt(make);
  return sent.ok ? settle(options, "done", sent.value) : settleFailure(options, row, sent.error);
}

/** The row before or after it was marked; `mayGo` when it was. */
interface Marked {
  readonly mayGo: boolean;
  readonly row: OutboxRow;
}

/**
 * Marks the row as being sent, unless the caller's row was old: then it is handed back as it is now. `proven`: a look-up has shown that
 * an earlier try had no effect. `stale`: the right has passed on.
 */
async function markSending(options: CarryOut, proven: boolean): Promise<Marked | "stale"> {
  const { record, row, scope } = options;
  try {
    return await record.transact(async (tx) => {
      const now = (await tx.outboxRow(row.key)) ?? row;
      const mayGo = now.state === "planned" || (proven && (now.state === "sending" || now.state === "unknown"));
      if (!mayGo) return { mayGo, row: now };
      await tx.append([draft(options, { type: "outbox_sending", data: { key: row.key } }, scope.fence)]);
      return { mayGo, row: (await tx.outboxRow(row.key)) ?? now };
    });
  } catch (error) {
    if (isMaestroError(error) && error.code === "stale_fence") return "stale";
    throw error;
  }
}

function settleFailure(options: CarryOut, row: OutboxRow, error: MaestroError): Promise<OutboxResult> {
  // An error that is no outside's own may have come after the effect.
  if (error.code === "internal" || options.isUnknown(error)) return settleUnknown(options, row, error);
  if (!error.retryable || row.tries >= MAX_TRIES) return settle(options, "refused", detailOf(error));
  const pause = Math.max(error.retryAfterMs ?? 0, options.retryDelayMs(row.tries));
  return write(options, "postponed", {
    type: "outbox_postponed",
    data: { key: row.key, detail: detailOf(error), dueAt: options.clock.now() + pause },
  });
}

function settleUnknown(options: CarryOut, row: OutboxRow, error: MaestroError): Promise<OutboxResult> {
  if (row.tries >= MAX_TRIES)
    return settle(options, "refused", `effect unknown after ${row.tries} tries: ${detailOf(error)}`);
  const pause = Math.max(error.retryAfterMs ?? 0, options.retryDelayMs(row.tries));
  return write(options, "unknown", {
    type: "outbox_unknown",
    data: { key: row.key, detail: detailOf(error), dueAt: options.clock.now() + pause },
  });
}

async function settle(options: CarryOut, state: OutboxEnd["state"], result: string | null): Promise<OutboxResult> {
  await options.record.transact(async (tx) => {
    const event: Event = { type: "outbox_settled", data: { key: options.row.key, state, result } };
    await tx.append([draft(options, event, null)]);
    await options.alongside?.(tx, { state, result });
  });
  return state;
}

/** Written without a fence: what happened outside is a fact, also for somebody who has lost the right to do more. */
async function write(options: CarryOut, result: OutboxResult, event: Event): Promise<OutboxResult> {
  await options.record.transact((tx) => tx.append([draft(options, event, null)]));
  return result;
}

function draft({ scope }: CarryOut, event: Event, fence: number | null) {
  return { workflowId: scope.workflowId, laneId: scope.laneId, run: null, fence, event };
}

function detailOf(error: MaestroError): string {
  return `${error.code}: ${error.message}`;
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: MaestroError }> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: toMaestroError(error) };
  }
}
