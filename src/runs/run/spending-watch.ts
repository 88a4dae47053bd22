import { MaestroError } from "../../base/errors.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";
import { accountOf } from "../../model/account.ts";
import { nextDayAt } from "../../model/day.ts";
import type { EventOf } from "../../model/events/index.ts";
import type { Spending } from "../../model/spending.ts";
import { judgeBudget, pauseWords } from "../../policy/index.ts";
import type { WorkContext } from "../context.ts";
import type { Share } from "./meter.ts";
import { RunBook } from "./run-book.ts";
import { Watchdog } from "./watchdog.ts";

/** Follows what one session uses: into its books, against every budget, and onto the record. */
export class SpendingWatch {
  readonly #account: string;
  readonly #book: RunBook;
  readonly #share: Share;
  readonly #watchdog: Watchdog;

  private constructor(account: string, book: RunBook, share: Share, watchdog: Watchdog) {
    this.#account = account;
    this.#book = book;
    this.#share = share;
    this.#watchdog = watchdog;
  }

  /**
   * Begins to watch a session that is about to be started. Throws `issue_budget_exhausted` and the like when it could not be paid for;
   * `onReached` is told when a budget is used up, once.
   */
  static async begin(context: WorkContext, onReached: (error: MaestroError) => void): Promise<SpendingWatch> {
    const { workflow, work, parts, meter, assignment } = context;
    const account = accountOf(workflow.agentProvider.kind, assignment.account);
    refusePaused(context, account);
    takeAccount(context);
    const book = new RunBook({ clock: parts.clock, workflow, account });
    let look = (): void => undefined;
    const at = { laneId: work.laneId, run: work.run, workflow, book };
    const share = await meter.join({ ...at, look: () => look() });
    refuseUnpaid(context, share);
    const watchdog = new Watchdog({
      budget: workflow.budget,
      ...{ clock: parts.clock, book, onReached },
      shared: () => share.uses(),
      onMet: (meeting) => context.observer.note({ type: "budget_met", data: meeting }),
    });
    look = () => watchdog.look();
    return new SpendingWatch(account, book, share, watchdog);
  }

  /** Account and day that the session is put down to. */
  paid(): { readonly account: string; readonly day: string } {
    return { account: this.#account, day: this.#book.today() };
  }

  /** The session is there: its time counts. */
  open(): void {
    this.#book.open();
    this.#watchdog.begin();
  }

  hear(event: AgentEvent): void {
    const spending = this.#book.heard(event);
    if (spending !== null) this.#share.spend(spending);
    this.#watchdog.take(event, spending);
  }

  beginTurn(turn: number): void {
    this.#book.beginTurn(turn);
  }

  endTurn(): void {
    this.#spend(this.#book.endTurn());
  }

  /** What was not reported yet. Unless `all` is asked for nothing, when there are no tokens in it. */
  reports(all: boolean): readonly EventOf<"usage_reported">["data"][] {
    return all || this.#book.hasTokens() ? this.#book.take((time) => this.#spend(time)) : [];
  }

  /** The session is over, and all of it was reported. */
  end(): void {
    this.#watchdog.end();
    this.#share.leave();
  }

  #spend(spending: Spending): void {
    this.#share.spend(spending);
    this.#watchdog.spend(spending);
  }
}

/** Several sessions may have been planned with the same money. */
function refuseUnpaid({ workflow, parts }: WorkContext, share: Share): void {
  const verdict = judgeBudget(share.uses());
  if (verdict.ok) return;
  share.leave();
  const { timeZone = "UTC" } = workflow.budget;
  const facts = verdict.code === "day_budget_exhausted" ? { not_before: nextDayAt(parts.clock.now(), timeZone) } : {};
  const code = verdict.code === "price_unknown" ? "workflow_budget_price_unknown" : verdict.code;
  throw new MaestroError({ code, message: verdict.sentence, facts });
}

/** A restart may have freed it, and others may have taken it since. It is given back when the run is over. */
function takeAccount({ parts, workflow, work, assignment, scope }: WorkContext): void {
  const { account: id } = assignment;
  const { kind } = workflow.agentProvider;
  if (id === undefined || parts.accounts === undefined) return;
  const lease = { workId: work.id, kind, id, laneId: work.laneId, run: work.run };
  const limit = workflow.accounts?.maxLeases ?? null;
  if (parts.accounts.lease({ ...lease, limit })) {
    scope.defer("account", async () => parts.accounts?.release(work.id));
    return;
  }
  throw new MaestroError({
    code: "account_busy",
    message: `Account ${accountOf(kind, id)} was taken, switched off or removed while the run waited to begin.`,
    facts: { not_before: parts.clock.now() },
  });
}

/** The account may have been paused while the work was queued. */
function refusePaused({ parts: { pauses, clock } }: WorkContext, account: string): void {
  const now = clock.now();
  const pause = pauses?.known().find((one) => one.account === account && one.until > now);
  if (pause === undefined) return;
  throw new MaestroError({
    code: "account_paused",
    message: pauseWords(pause, now),
    facts: { not_before: pause.until },
  });
}
