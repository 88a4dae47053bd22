import type { WorkRecord } from "../../contracts/record.ts";
import { accountOf } from "../../model/account.ts";
import { dayOf } from "../../model/day.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import { plainSpending, type Spending } from "../../model/spending.ts";
import type { AccountBook } from "./book.ts";
import type { DayUse } from "./entry.ts";

const NOTHING: DayUse = { tokens: 0, nanoUsd: 0, sessions: 0 };
/** Pauses that are looked back at when a service starts: far more than there are accounts. */
const LOOKED_BACK = 200;

/**
 * Tells the other services what this one's record says of accounts: usage of the day, capacity, pauses, and work that has ended. Whatever a crash kept
 * from them is told with the next start: usage as sums, so that nothing counts twice.
 */
export class RecordFollower {
  readonly #book: AccountBook;
  readonly #workflowId: string;
  readonly #used = new Map<string, DayUse>();
  /** Account of each run that is under way. */
  readonly #accounts = new Map<string, string>();
  #unsubscribe: () => void = () => undefined;

  private constructor(book: AccountBook, workflowId: string) {
    this.#book = book;
    this.#workflowId = workflowId;
  }

  /** Tells what is on record, and follows it. May throw `accounts_failed` and what reading the record throws. */
  static async open(book: AccountBook, record: WorkRecord, now: number): Promise<RecordFollower> {
    const follower = new RecordFollower(book, record.workflowId);
    // Nothing runs yet, so nothing is committed between these reads.
    const since = dayOf(now, "UTC");
    for (const { account, day, spending } of (await record.views.ledger?.({ since })) ?? []) {
      follower.#add(account, day, spending);
    }
    for (const [key, use] of follower.#used) follower.#tell(key, use);
    const paused = await record.views.events({ types: ["account_paused"], limit: LOOKED_BACK, newestFirst: true });
    for (const { event } of paused.toReversed()) if (event.type === "account_paused") book.pause(event.data);
    follower.#unsubscribe = record.subscribe((events) => {
      for (const stored of events) follower.#take(stored);
    });
    return follower;
  }

  /** Follows no more. */
  close(): void {
    this.#unsubscribe();
  }

  #take(stored: StoredEvent): void {
    const { event, at } = stored;
    const run = `${stored.laneId}/${stored.run}`;
    switch (event.type) {
      case "session_started": {
        const account = event.data.account ?? accountOf(event.data.agent);
        this.#accounts.set(run, account);
        this.#spend(account, at, NO_SPENDING_BUT_ONE);
        return;
      }
      case "usage_reported": {
        const account = event.data.source?.account ?? this.#accounts.get(run);
        if (account !== undefined) this.#spend(account, at, event.data.spending ?? plainSpending(event.data.usage));
        return;
      }
      case "capacity_seen": {
        const account = this.#accounts.get(run);
        if (account !== undefined) this.#book.hear(account, event.data.windows);
        return;
      }
      case "work_settled":
      case "work_closed":
        this.#accounts.delete(run);
        this.#book.release(event.data.id);
        return;
      default:
    }
  }

  #spend(account: string, at: number, spending: Pick<Spending, "totalTokens" | "nanoUsd" | "sessions">): void {
    const key = this.#add(account, dayOf(at, "UTC"), spending);
    this.#tell(key, this.#used.get(key) ?? NOTHING);
  }

  #add(account: string, day: string, spending: Pick<Spending, "totalTokens" | "nanoUsd" | "sessions">): string {
    const key = `${day} ${account}`;
    const { tokens, nanoUsd, sessions } = this.#used.get(key) ?? NOTHING;
    this.#used.set(key, {
      tokens: tokens + spending.totalTokens,
      nanoUsd: nanoUsd + spending.nanoUsd,
      sessions: sessions + spending.sessions,
    });
    return key;
  }

  #tell(key: string, use: DayUse): void {
    const [day = "", ...account] = key.split(" ");
    this.#book.use(account.join(" "), day, this.#workflowId, use);
  }
}

const NO_SPENDING_BUT_ONE = { totalTokens: 0, nanoUsd: 0, sessions: 1 };
