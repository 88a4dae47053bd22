import { MaestroError } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import type { RecordTransaction } from "../contracts/record.ts";
import type { EventDraft, StoredEvent } from "../model/events/envelope.ts";
import type { Lane } from "../model/lane.ts";
import type { OutboxRow } from "../model/outbox.ts";
import { type AppendParts, appendEvents, findLane, findOutbox } from "./append.ts";
import type { Changes } from "./changes.ts";
import type { Builder, Statement } from "./sql/store.ts";

/** SQL in a record's transaction, for tables that are no projections: the engine's queue. */
export interface TransactionSql {
  readonly build: Builder;
  run<Row>(statement: Statement<Row>): Promise<readonly Row[]>;
  /** Calls back when the transaction is on disk; not at all when it fails. */
  onCommit(callback: () => void): void;
}

/** One caller's part of a group of transactions. */
export class LiveTransaction implements RecordTransaction {
  readonly #parts: AppendParts;
  readonly #changes: Changes;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();
  #over = false;
  readonly sql: TransactionSql;

  constructor(parts: AppendParts, changes: Changes, clock: Clock) {
    this.#parts = parts;
    this.#changes = changes;
    this.#clock = clock;
    this.sql = {
      build: parts.store.build,
      run: (statement) => this.#inTurn(() => parts.store.run(statement)),
      onCommit: (callback) => changes.onCommit.push(callback),
    };
  }

  append(events: readonly EventDraft[]): Promise<readonly StoredEvent[]> {
    return this.#inTurn(() => appendEvents(this.#parts, this.#changes, events, this.#clock.now()));
  }

  lane(laneId: string): Promise<Lane | undefined> {
    return this.#inTurn(() => findLane(this.#parts, this.#changes, laneId));
  }

  outboxRow(key: string): Promise<OutboxRow | undefined> {
    return this.#inTurn(async () => (await findOutbox(this.#parts, this.#changes, key))?.row);
  }

  /** Refuses everything from now on: its work has returned. */
  end(): void {
    this.#over = true;
  }

  /** One after the other, also when the caller does not wait: numbers are given in order. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(() => {
      if (this.#over) throw overError();
      return work();
    });
    this.#last = next.catch(() => undefined);
    return next;
  }
}

/** The SQL of a transaction that this folder made. Throws `record_failed` for any other. */
export function sqlOf(tx: RecordTransaction): TransactionSql {
  if (tx instanceof LiveTransaction) return tx.sql;
  throw new MaestroError({ code: "record_failed", message: "This transaction belongs to another kind of record." });
}

function overError(): MaestroError {
  return new MaestroError({
    code: "transaction_over",
    message: "A transaction was used after its work had returned.",
  });
}
