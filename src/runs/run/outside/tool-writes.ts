import { throwIfAborted, withDeadline } from "../../../base/abort.ts";
import { isMaestroError } from "../../../base/errors.ts";
import { shortHash } from "../../../base/ids.ts";
import { stableJson } from "../../../base/json.ts";
import type { RunWriteEnd } from "../../../contracts/run-outside.ts";
import type { StoredEvent } from "../../../model/events/envelope.ts";
import { type Intent, type OutboxRow, outboxKey } from "../../../model/outbox.ts";
import type { WorkContext } from "../../context.ts";
import { runOf } from "../../observer.ts";

/** How long a tool waits for its write to be sent, milliseconds: well below what agents wait for a tool. */
const WAIT_MS = 20_000;

/** A write with its topic; one that `lasts` sets something that a later write on the same topic sets anew. */
export interface TopicWrite {
  readonly intent: Intent;
  /** Without slashes. */
  readonly topic: string;
  readonly lasts: boolean;
}

/**
 * Plans writes of a run in the outbox, under the run's fence, and waits for whoever sends them. The key follows from what is written:
 * a call that is repeated, also by a later run, is the same write.
 */
export class ToolWrites {
  readonly #context: WorkContext;
  readonly #last = new Map<string, { readonly hash: string; readonly count: number }>();

  constructor(context: WorkContext) {
    this.#context = context;
  }

  /** Throws `stale_fence` when the run is over. */
  async write(write: TopicWrite, signal: AbortSignal): Promise<RunWriteEnd> {
    const key = this.#keyOf(write);
    return this.#settled(key, signal, () => this.plan(key, write.intent));
  }

  /** Puts a write on record without waiting for it. Throws `stale_fence` when the run is over. */
  async note(write: TopicWrite): Promise<void> {
    await this.plan(this.#keyOf(write), write.intent);
  }

  #keyOf({ intent, topic, lasts }: TopicWrite): string {
    const hash = shortHash(stableJson(intent));
    const revision = lasts ? `run-${this.#context.work.run}-${this.#count(topic, hash)}-${hash}` : hash;
    return outboxKey(this.#context.work.laneId, intent.kind, topic, revision);
  }

  /** Puts a write on record unless it is there and was not refused. Returns it as it stands. */
  async plan(key: string, intent: Intent): Promise<OutboxRow | undefined> {
    const { parts, work, lease } = this.#context;
    const { workflowId, laneId } = work;
    return parts.record.transact(async (tx) => {
      const known = await tx.outboxRow(key);
      if (known !== undefined && known.state !== "refused") return known;
      const data = { key, fence: lease.fence, intent, dueAt: parts.clock.now() };
      const event = { type: "outbox_planned", data } as const;
      await tx.append([{ workflowId, laneId, run: runOf(work), fence: lease.fence, event }]);
      return tx.outboxRow(key);
    });
  }

  /** How often this topic was set to something else in this run: back to an earlier value is a write of its own. */
  #count(topic: string, hash: string): number {
    const last = this.#last.get(topic);
    if (last?.hash === hash) return last.count;
    const count = (last?.count ?? 0) + 1;
    this.#last.set(topic, { hash, count });
    return count;
  }

  async #settled(key: string, signal: AbortSignal, plan: () => Promise<OutboxRow | undefined>): Promise<RunWriteEnd> {
    const { record, clock } = this.#context.parts;
    let onEnd: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      onEnd = resolve;
    });
    // From before the plan: whoever sends may be faster than this side's next step.
    const unsubscribe = record.subscribe((events) => {
      if (events.some((stored) => settles(stored, key))) onEnd();
    });
    try {
      const row = await plan();
      if (row === undefined || row.state === "done") return endOf(row);
      await withDeadline(clock, WAIT_MS, signal, () => ended).catch((error: unknown) => {
        throwIfAborted(signal);
        if (!isMaestroError(error) || error.code !== "deadline") throw error;
      });
      return endOf(await record.transact((tx) => tx.outboxRow(key)));
    } finally {
      unsubscribe();
    }
  }
}

function settles({ event }: StoredEvent, key: string): boolean {
  return event.type === "outbox_settled" && event.data.key === key;
}

function endOf(row: OutboxRow | undefined): RunWriteEnd {
  const state = row?.state === "done" || row?.state === "refused" ? row.state : "recorded";
  return { state, result: row?.result ?? null };
}
