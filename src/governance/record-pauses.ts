import type { AccountPauses } from "../contracts/account-pauses.ts";
import type { WorkRecord } from "../contracts/record.ts";
import type { AccountPause } from "../model/account.ts";
import type { StoredEvent } from "../model/events/envelope.ts";

/** Pauses that are looked back at when a service starts: far more than there are accounts. */
const LOOKED_BACK = 200;

/** The pauses of one workflow's record: they survive a restart, and no other workflow knows of them. */
export class RecordPauses implements AccountPauses {
  readonly #pauses = new Map<string, AccountPause>();
  #unsubscribe: () => void = () => undefined;

  /** Reads what is on record and follows it. */
  static async open(record: WorkRecord): Promise<RecordPauses> {
    const pauses = new RecordPauses();
    pauses.#unsubscribe = record.subscribe((events) => pauses.#take(events));
    const past = await record.views.events({ types: ["account_paused"], limit: LOOKED_BACK, newestFirst: true });
    pauses.#take(past.toReversed());
    return pauses;
  }

  known(): readonly AccountPause[] {
    return [...this.#pauses.values()];
  }

  /** It comes from the record. */
  async pause(): Promise<void> {}

  /** Follows no more. */
  close(): void {
    this.#unsubscribe();
  }

  #take(events: readonly StoredEvent[]): void {
    for (const { event } of events) {
      if (event.type !== "account_paused") continue;
      const { account, at } = event.data;
      if ((this.#pauses.get(account)?.at ?? 0) <= at) this.#pauses.set(account, event.data);
    }
  }
}
