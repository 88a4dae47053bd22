import type { Clock, Timer } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import type { EventDraft, StoredEvent } from "../model/events/envelope.ts";
import { type AppendParts, appendEvents } from "./append.ts";
import { statementsOf } from "./change-statements.ts";
import { Changes } from "./changes.ts";
import { touchMeta } from "./queries.ts";
import { closedError, never, storeError } from "./store-error.ts";
import { LiveTransaction } from "./transaction.ts";
import type { Trouble } from "./trouble.ts";

/** Longest wait of an observation for its commit, milliseconds. */
const GROUP_MS = 25;
/** Observed events that are committed without waiting for the timer. */
const GROUP_EVENTS = 500;
/** Longest wait of a commit for more that keeps coming, milliseconds: it costs far more than what it carries. */
const GATHER_MS = 4;
/** Most events of one commit: a flood becomes several, so that everything else gets its turn. */
const MAX_GROUP_EVENTS = 1_000;
/** What a transaction counts for, since nobody knows how much it will write. */
const TRANSACTION_EVENTS = 10;

/** By which clock the writer groups, and what it lets happen before each commit. */
interface WriterPace {
  readonly clock: Clock;
  readonly log: Log;
  readonly breathe: () => Promise<void>;
  readonly trouble: Trouble;
}

/** Something to be committed. `run` works in memory and returns what to do once it is on disk. */
interface Job {
  readonly durable: boolean;
  readonly events: number;
  run(changes: Changes): Promise<() => void>;
  fail(error: unknown): void;
}

/**
 * The one writer. Everything goes through one queue, in order; what is in the queue shares the next commit. A job that fails in
 * memory leaves no trace and fails alone; when the commit fails, all of it fails.
 */
export class Writer {
  readonly #parts: AppendParts;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #breathe: () => Promise<void>;
  readonly #trouble: Trouble;
  readonly #subscribers = new Set<(events: readonly StoredEvent[]) => void>();
  #queue: Job[] = [];
  #timer: Timer | undefined;
  #isDue = false;
  #pumping = false;
  #unsynced = false;
  #probes = 0;
  #state: "open" | "closed" | "dead" = "open";
  #closing: Promise<void> | undefined;

  constructor(parts: AppendParts, { clock, log, breathe, trouble }: WriterPace) {
    this.#parts = parts;
    this.#clock = clock;
    this.#log = log;
    this.#breathe = breathe;
    this.#trouble = trouble;
  }

  transact<T>(work: (tx: RecordTransaction) => Promise<T>): Promise<T> {
    return this.#add<T>(true, TRANSACTION_EVENTS, async (changes, resolve) => {
      const value = await this.#inPart(changes, work);
      return () => resolve(value);
    });
  }

  observe(drafts: readonly EventDraft[]): Promise<void> {
    if (drafts.length === 0 && this.#state === "open") return Promise.resolve();
    const at = this.#clock.now();
    return this.#add<void>(false, drafts.length, async (changes, resolve) => {
      await appendEvents(this.#parts, changes, drafts, at);
      return () => resolve();
    });
  }

  flush(): Promise<void> {
    return this.#add<void>(true, 0, async (_, resolve) => () => resolve());
  }

  /** `flush` that writes in any case. */
  async probe(): Promise<void> {
    this.#probes += 1;
    try {
      await this.flush();
    } finally {
      this.#probes -= 1;
    }
  }

  subscribe(onCommit: (events: readonly StoredEvent[]) => void): () => void {
    // Wrapped, so that one function that subscribes twice is called twice.
    const subscriber = (events: readonly StoredEvent[]) => onCommit(events);
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** Throws `record_closed` after `close`; never settles after `abandon`. */
  async assertOpen(): Promise<void> {
    if (this.#state === "closed") throw closedError();
    if (this.#state === "dead") await never();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  abandon(): void {
    this.#state = "dead";
    this.#timer?.cancel();
    this.#queue = [];
    this.#subscribers.clear();
    this.#parts.store.abandon();
  }

  async #close(): Promise<void> {
    if (this.#state === "dead") return never();
    const flushed = this.flush();
    this.#state = "closed";
    try {
      await flushed;
    } finally {
      this.#timer?.cancel();
      await this.#parts.store.exclusive(() => this.#parts.store.close());
    }
  }

  #add<T>(
    durable: boolean,
    events: number,
    run: (changes: Changes, resolve: (value: T) => void) => Promise<() => void>,
  ): Promise<T> {
    if (this.#state === "dead") return never<T>();
    if (this.#state === "closed") return Promise.reject(closedError());
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ durable, events, run: (changes) => run(changes, resolve), fail: reject });
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#pumping) return;
    if (this.#wantsCommit()) void this.#pump();
    else this.#arm(GROUP_MS);
  }

  #arm(ms: number): void {
    if (this.#timer !== undefined || this.#queue.length === 0) return;
    this.#timer = this.#clock.setTimer(ms, () => {
      this.#timer = undefined;
      this.#isDue = true;
      if (!this.#pumping) void this.#pump();
    });
  }

  #wantsCommit(): boolean {
    if (this.#queue.length === 0) return false;
    if (this.#isDue || this.#queue.some((job) => job.durable)) return true;
    return this.#queue.reduce((sum, job) => sum + job.events, 0) >= GROUP_EVENTS;
  }

  /** Never rejects. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    do {
      await this.#gather();
      if (!this.#wantsCommit()) break;
      const group = this.#take();
      await this.#parts.store.exclusive(() => this.#commit(group));
      // A flood of observations must leave the process time for everything else.
    } while (this.#queue.some((job) => job.durable));
    this.#pumping = false;
    this.#arm(this.#wantsCommit() ? 0 : GROUP_MS);
  }

  /** What is asked in the same breath shares the commit, and what is asked in the next one as long as there is some. */
  async #gather(): Promise<void> {
    const end = this.#clock.monotonic() + GATHER_MS;
    let known: number;
    do {
      known = this.#queue.length;
      await this.#breathe();
    } while (this.#queue.length > known && this.#clock.monotonic() < end);
  }

  #take(): Job[] {
    let events = 0;
    let count = 0;
    for (const job of this.#queue) {
      if (count > 0 && events + job.events > MAX_GROUP_EVENTS) break;
      events += job.events;
      count += 1;
    }
    const group = this.#queue.splice(0, count);
    if (this.#queue.length === 0) {
      this.#isDue = false;
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    return group;
  }

  async #commit(group: readonly Job[]): Promise<void> {
    const { store, cache } = this.#parts;
    const changes = new Changes(cache);
    let ends: readonly (() => void)[];
    try {
      ends = await this.#write(group, changes);
    } catch (error) {
      await store.rollback();
      const failure = storeError(error, null);
      this.#trouble.meet(failure);
      for (const job of group) job.fail(failure);
      return;
    }
    cache.absorb(changes);
    this.#publish(changes);
    for (const end of ends) end();
  }

  async #write(group: readonly Job[], changes: Changes): Promise<readonly (() => void)[]> {
    const { store, cache, workflowId } = this.#parts;
    const durable = group.some((job) => job.durable);
    if ((await store.begin(durable ? "full" : "normal")).changed) await cache.load(store);
    const ends: (() => void)[] = [];
    for (const job of group) ends.push(await attempt(job, changes));
    const statements = statementsOf(store.build, workflowId, changes);
    // An empty commit syncs nothing, and earlier commits may still have to reach the disk.
    if (statements.length === 0 && durable && (this.#unsynced || this.#probes > 0)) {
      statements.push(touchMeta(store.build, { at: String(this.#clock.now()) }));
    }
    await store.runAll(statements);
    await store.commit();
    if (statements.length > 0) this.#trouble.end();
    if (durable) this.#unsynced = false;
    else if (statements.length > 0) this.#unsynced = true;
    return ends;
  }

  /** Runs a caller's work so that it can be undone alone. */
  async #inPart<T>(changes: Changes, work: (tx: RecordTransaction) => Promise<T>): Promise<T> {
    const { store } = this.#parts;
    const part = new Changes(changes);
    const tx = new LiveTransaction(this.#parts, part, this.#clock);
    await store.savepoint();
    try {
      const value = await work(tx);
      tx.end();
      await store.release();
      part.mergeInto(changes);
      return value;
    } catch (error) {
      tx.end();
      await store.undo();
      throw error;
    }
  }

  #publish(changes: Changes): void {
    const { events } = changes;
    const callbacks = [
      ...(events.length === 0 ? [] : [...this.#subscribers].map((subscriber) => () => subscriber(events))),
      ...changes.onCommit,
    ];
    for (const callback of callbacks) {
      try {
        callback();
      } catch (error) {
        this.#log.error("a subscriber of the record threw", {
          error: error instanceof Error ? error : String(error),
        });
      }
    }
  }
}

/** Runs one job; one that fails is told so together with the others, because a failed commit comes first. */
async function attempt(job: Job, changes: Changes): Promise<() => void> {
  try {
    return await job.run(changes);
  } catch (error) {
    return () => job.fail(error);
  }
}
