import { withDeadline } from "../base/abort.ts";
import { MaestroError, toMaestroError } from "../base/errors.ts";
import { isUnknownEffect } from "../contracts/outside.ts";
import type { EventDraft } from "../model/events/envelope.ts";
import type { Intent, OutboxRow } from "../model/outbox.ts";
import { carryOut } from "../record/index.ts";
import type { WorkContext } from "./context.ts";
import { runOf } from "./observer.ts";

/** Rounds of one write before the work gives up: each is a try, or a look-up after a lost answer. */
const ROUNDS = 5;
/** Longest wait for one answer, milliseconds; a push may carry a lot. */
const CALL_DEADLINE_MS = 120_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** When the other side wants a longer pause, the work ends instead of waiting, milliseconds. */
const LONGEST_WAIT_MS = 60_000;

/** The intent of one kind. */
export type IntentOf<K extends Intent["kind"]> = Extract<Intent, { kind: K }>;

/** How one kind of write is carried out. */
export interface Verb<K extends Intent["kind"]> {
  readonly kind: K;
  /** Returns what the record keeps as the result. Errors that are not unknown mean that nothing happened. */
  send(intent: IntentOf<K>, signal: AbortSignal): Promise<string | null>;
  /** The result when the effect is there, else `undefined`. */
  lookUp(intent: IntentOf<K>, signal: AbortSignal): Promise<{ readonly result: string | null } | undefined>;
}

/** What became of a write. */
export interface Written<K extends Intent["kind"]> {
  readonly intent: IntentOf<K>;
  readonly result: string | null;
}

/**
 * Carries out the assignment's outside writes of one kind, each to an end. Throws the refusal, or what kept the answer away: then the row
 * is left to whoever looks it up next.
 */
export async function carryOutRows<K extends Intent["kind"]>(
  context: WorkContext,
  verb: Verb<K>,
): Promise<readonly Written<K>[]> {
  const written: Written<K>[] = [];
  for (const key of context.assignment.outbox) {
    const row = await readRow(context, key);
    if (row === undefined || !isOf(row.intent, verb.kind)) continue;
    written.push({ intent: row.intent, result: await carryOutRow(context, row, row.intent, verb) });
  }
  return written;
}

/** Carries one row out to an end; otherwise as `carryOutRows`. */
export async function carryOutRow<K extends Intent["kind"]>(
  context: WorkContext,
  first: OutboxRow,
  intent: IntentOf<K>,
  verb: Verb<K>,
): Promise<string | null> {
  const { parts, work, lease, signal } = context;
  let row = first;
  let last: MaestroError | null = null;
  const remember = async <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await withDeadline(parts.clock, CALL_DEADLINE_MS, signal, call);
    } catch (error) {
      last = toMaestroError(error);
      throw last;
    }
  };
  for (let round = 1; round <= ROUNDS && row.state !== "done" && row.state !== "refused"; round += 1) {
    if (round > 1) {
      const wait = Math.max(pauseAfter(round - 1), row.dueAt - parts.clock.now());
      if (wait > LONGEST_WAIT_MS) break;
      await parts.clock.sleep(wait, signal);
    }
    await carryOut({
      record: parts.record,
      row,
      scope: { workflowId: work.workflowId, laneId: work.laneId, fence: lease.fence },
      send: () => remember((inner) => verb.send(intent, inner)),
      lookUp: async () => {
        const found = await remember((inner) => verb.lookUp(intent, inner));
        return found === undefined ? { done: false } : { done: true, result: found.result };
      },
      isUnknown: (error) => isUnknownEffect(error) || error.code === "git_unreachable" || error.code === "git_failed",
      clock: parts.clock,
      retryDelayMs: pauseAfter,
    });
    row = (await readRow(context, row.key)) ?? row;
  }
  if (row.state === "done") return row.result;
  throw last ?? unsettled(row);
}

/** Gives up rows that were never begun: nobody else would. Written with the end of the work. */
export async function dropRows(context: WorkContext): Promise<readonly EventDraft[]> {
  const { work, lease, assignment } = context;
  const rows = await Promise.all(assignment.outbox.map((key) => readRow(context, key)));
  return rows.flatMap((row) => {
    if (row?.state !== "planned") return [];
    const data = {
      key: row.key,
      state: "refused",
      result: "not carried out: the work before it did not succeed",
    } as const;
    const { workflowId, laneId } = work;
    return [{ workflowId, laneId, run: runOf(work), fence: lease.fence, event: { type: "outbox_settled", data } }];
  });
}

function readRow({ parts }: WorkContext, key: string): Promise<OutboxRow | undefined> {
  return parts.record.transact((tx) => tx.outboxRow(key));
}

/** Whether an intent is of a kind. */
export function isOf<K extends Intent["kind"]>(intent: Intent, kind: K): intent is IntentOf<K> {
  return intent.kind === kind;
}

function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS);
}

function unsettled(row: OutboxRow): MaestroError {
  return new MaestroError({
    code: row.state === "refused" ? "outbox_refused" : "outbox_unsettled",
    message: row.result ?? `The outside write ${row.key} has not come to an end.`,
    facts: { key: row.key, state: row.state },
  });
}
