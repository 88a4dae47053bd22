import type { Clock } from "../base/clock.ts";
import type { WorkRecord } from "../contracts/record.ts";
import type { StoredEvent } from "../model/events/envelope.ts";
import { addSpending, NO_SPENDING, type Spending } from "../model/spending.ts";
import { spendingIn } from "./projections/ledger.ts";

/** Days that are read when it opens, milliseconds back: whatever the time zone, today is among them. */
const READ_BACK_MS = 48 * 3_600_000;
/** Tries to read day and whole as of one commit. */
const TRIES = 5;

/** What all work together has used, as it stands on record: by day, and in all. Follows every commit. */
export class SpendingBoard {
  readonly #days = new Map<string, Spending>();
  #whole: Spending = NO_SPENDING;
  #unsubscribe: () => void = () => undefined;

  /** Reads what is on record and follows it from there on. */
  static async open(record: WorkRecord, clock: Pick<Clock, "now">): Promise<SpendingBoard> {
    const board = new SpendingBoard();
    let late: StoredEvent[] | null = [];
    board.#unsubscribe = record.subscribe((events) => {
      if (late === null) board.#follow(events);
      else late.push(...events);
    });
    const since = new Date(clock.now() - READ_BACK_MS).toISOString().slice(0, 10);
    for (let attempt = 1; ; attempt += 1) {
      const before = await record.views.lastSeq();
      const rows = (await record.views.ledger?.({ since })) ?? [];
      const { totals, lastSeq } = await record.views.present();
      if (lastSeq !== before && attempt < TRIES) continue;
      for (const { day, spending } of rows) board.#add(day, spending);
      board.#whole = totals.spent ?? NO_SPENDING;
      const missed = late.filter(({ seq }) => seq > lastSeq);
      late = null;
      board.#follow(missed);
      return board;
    }
  }

  /** What was used on a day. */
  day(day: string): Spending {
    return this.#days.get(day) ?? NO_SPENDING;
  }

  /** What was used in all. */
  whole(): Spending {
    return this.#whole;
  }

  /** Follows no more. */
  close(): void {
    this.#unsubscribe();
  }

  #follow(events: readonly StoredEvent[]): void {
    for (const stored of events) {
      const spending = spendingIn(stored);
      if (spending === null) continue;
      this.#add(dayOfEvent(stored), spending);
      this.#whole = addSpending(this.#whole, spending);
    }
  }

  #add(day: string, spending: Spending): void {
    this.#days.set(day, addSpending(this.day(day), spending));
  }
}

function dayOfEvent({ event, at }: StoredEvent): string {
  const told =
    event.type === "session_started"
      ? event.data.day
      : event.type === "usage_reported"
        ? event.data.source?.day
        : undefined;
  return told ?? new Date(at).toISOString().slice(0, 10);
}
