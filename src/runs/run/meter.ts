import type { Clock } from "../../base/clock.ts";
import type { WorkRecord } from "../../contracts/record.ts";
import { dayOf } from "../../model/day.ts";
import type { StoredEvent } from "../../model/events/envelope.ts";
import { NO_PROGRESS } from "../../model/progress.ts";
import { addSpending, lessSpending, NO_SPENDING, type Spending } from "../../model/spending.ts";
import type { Workflow } from "../../model/workflow.ts";
import { type BudgetUse, issueUse, sharedUse } from "../../policy/index.ts";
import { SpendingBoard, spendingIn } from "../../record/index.ts";
import type { RunBook } from "./run-book.ts";

/** A run whose use counts before it is on record. */
interface Member {
  readonly laneId: string;
  readonly run: number;
  readonly workflow: Workflow;
  readonly book: RunBook;
  /** Called when another run has used something. */
  readonly look: () => void;
  /** What its issue had used when it joined, and since. */
  issue: Spending;
  /** Sessions of its issue since a person last acted, this one included. */
  readonly sessions: number;
  /** Heard of, and not yet on record. */
  pending: Spending;
}

/** A run's part in what all runs use together. */
export interface Share {
  /** Something was used. */
  spend(spending: Spending): void;
  /** What issue, day and workflow have used at this moment, with everything that runs here have been heard to use. */
  uses(): readonly BudgetUse[];
  leave(): void;
}

/**
 * Counts what issues, days and the workflow use up while several runs use it at once: what is on record, and what runs of this worker were
 * heard to use since. So a limit holds to the last event, whichever run it comes from.
 */
export class Meter {
  readonly #record: WorkRecord;
  readonly #clock: Clock;
  readonly #members = new Set<Member>();
  #board: Promise<SpendingBoard> | null = null;
  #unsubscribe: () => void = () => undefined;

  constructor(record: WorkRecord, clock: Clock) {
    this.#record = record;
    this.#clock = clock;
  }

  /** A session is about to begin. */
  async join(at: Pick<Member, "laneId" | "run" | "workflow" | "book" | "look">): Promise<Share> {
    const board = await this.#open();
    const lane = await this.#record.views.lane(at.laneId);
    const member: Member = {
      ...at,
      issue: lane?.spent ?? NO_SPENDING,
      sessions: lane?.progress?.sessions ?? 0,
      pending: NO_SPENDING,
    };
    this.#members.add(member);
    return {
      spend: (spending) => {
        member.pending = addSpending(member.pending, spending);
        for (const other of this.#members) if (other !== member) other.look();
      },
      uses: () => this.#usesOf(member, board),
      leave: () => this.#members.delete(member),
    };
  }

  /** Follows the record no more. */
  async close(): Promise<void> {
    this.#unsubscribe();
    (await this.#board?.catch(() => null))?.close();
  }

  #open(): Promise<SpendingBoard> {
    if (this.#board !== null) return this.#board;
    const board = SpendingBoard.open(this.#record, this.#clock);
    this.#board = board;
    // After the board's own: what is taken off here is on the board by then.
    void board.then(() => {
      this.#unsubscribe = this.#record.subscribe((events) => this.#settle(events));
    });
    return board;
  }

  /** What is on record is pending no more. */
  #settle(events: readonly StoredEvent[]): void {
    for (const stored of events) {
      const spending = spendingIn(stored);
      if (spending === null) continue;
      for (const member of this.#members) {
        if (member.laneId !== stored.laneId || member.run !== stored.run) continue;
        member.issue = addSpending(member.issue, spending);
        if (stored.event.type === "usage_reported") member.pending = lessSpending(member.pending, spending);
      }
    }
  }

  #usesOf(member: Member, board: SpendingBoard): readonly BudgetUse[] {
    const live = [...this.#members].reduce(
      (sum, { pending, book }) => addSpending(sum, withOpen(pending, book)),
      NO_SPENDING,
    );
    const { workflow } = member;
    const day = dayOf(this.#clock.now(), workflow.budget.timeZone ?? "UTC");
    const spent = addSpending(member.issue, withOpen(member.pending, member.book));
    const shared = { day: addSpending(board.day(day), live), workflow: addSpending(board.whole(), live) };
    const lane = { spent, progress: { ...NO_PROGRESS, sessions: member.sessions } };
    return [...issueUse(workflow, lane), ...sharedUse(workflow, shared)];
  }
}

/** With the time that the session was open since it was counted last. */
function withOpen(spending: Spending, book: RunBook): Spending {
  return { ...spending, wallMs: spending.wallMs + book.uncountedMs() };
}
