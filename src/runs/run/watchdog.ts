import type { Clock, Timer } from "../../base/clock.ts";
import { MaestroError } from "../../base/errors.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";
import { type BudgetLine, type BudgetMeeting, budgetWords, type Limits, limitWords } from "../../model/budget.ts";
import { nextDayAt } from "../../model/day.ts";
import { addSpending, NO_SPENDING, type Spending } from "../../model/spending.ts";
import type { Budget, RunBudget } from "../../model/workflow.ts";
import { type BudgetUse, budgetLines, isNear, isReached } from "../../policy/index.ts";
import type { RunBook } from "./run-book.ts";

/** The keys of limits as the workflow file writes them. */
const KEYS: Readonly<Record<BudgetLine["count"], string>> = {
  modelCalls: "model_calls",
  tokens: "tokens",
  costUsd: "cost_usd",
  sessions: "sessions",
  turns: "turns",
  wallMs: "wall_ms",
};

/** Time is looked at at least so often where runs share a limit of it, milliseconds: they use it up together. */
const LOOK_EVERY_MS = 60_000;

/** What a watchdog watches. */
export interface WatchdogParts {
  readonly budget: Budget;
  readonly clock: Clock;
  /** What issue, day and workflow have used at this moment. */
  readonly shared: () => readonly BudgetUse[];
  readonly book: Pick<RunBook, "uncountedMs">;
  /** Told once for each limit, and again when it is reached. */
  readonly onMet: (meeting: BudgetMeeting) => void;
  readonly onReached: (error: MaestroError) => void;
}

/**
 * Counts what one run uses up and ends it at its budget, or at that of its issue, the day or the workflow, whatever limits the agent itself
 * keeps or claims to keep. Tells once, and in the middle of a turn: what was reached cannot be paid back.
 */
export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #met = new Set<string>();
  #used: Spending = { ...NO_SPENDING, sessions: 1 };
  #timer: Timer | null = null;
  #lastCall = "";
  #repeats = 0;
  #isReached = false;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
  }

  /** The session begins: from now on time counts too. What was near its limit before is not told again. */
  begin(): void {
    for (const line of this.#lines()) if (isNear(line, this.#parts.budget)) this.#met.add(nameOf(line, "warned"));
    this.#lookAtTime();
  }

  /** Takes an event of the agent, with what it says was used. Never throws. */
  take(event: AgentEvent, spending: Spending | null): void {
    if (event.type === "tool" && event.state === "started") this.#repeat(event.name, event.fingerprint);
    if (spending !== null) this.spend(spending);
  }

  /** Something was used. Never throws. */
  spend(spending: Spending): void {
    this.#used = addSpending(this.#used, spending);
    this.look();
  }

  /** Somebody has used something. Never throws. */
  look(): void {
    if (this.#isReached) return;
    for (const line of this.#lines()) {
      if (isReached(line)) {
        this.#meet(line, "reached");
        this.#reach(this.#errorOf(line));
        return;
      }
      if (isNear(line, this.#parts.budget)) this.#meet(line, "warned");
    }
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Sessions are counted where they are started. */
  #lines(): BudgetLine[] {
    const { budget, shared, book } = this.#parts;
    const used = { ...this.#used, wallMs: this.#used.wallMs + book.uncountedMs() };
    const uses: BudgetUse[] = [{ scope: "run", used, limits: limitsOf(budget.run) }, ...shared()];
    return uses.flatMap(budgetLines).filter(({ count }) => count !== "sessions");
  }

  #lookAtTime(): void {
    const left = this.#lines().flatMap(({ count, used, limit }) => (count === "wallMs" ? [limit - used] : []));
    if (left.length === 0 || this.#isReached) return;
    const pause = Math.max(1, Math.min(LOOK_EVERY_MS, ...left.map(Math.ceil)));
    this.#timer = this.#parts.clock.setTimer(pause, () => {
      this.look();
      this.#lookAtTime();
    });
  }

  #meet(line: BudgetLine, level: BudgetMeeting["level"]): void {
    const name = nameOf(line, level);
    if (this.#met.has(name) || this.#isReached) return;
    this.#met.add(name);
    this.#parts.onMet({ ...line, level });
  }

  #errorOf(line: BudgetLine): MaestroError {
    const { scope, count, limit } = line;
    const { budget, clock } = this.#parts;
    const key = `budget.${scope}.${KEYS[count]}`;
    const code = `${scope}_budget_exhausted`;
    const message = `The ${scope} has used up its ${limitWords(count, limit)}.`;
    if (scope === "day") {
      const notBefore = nextDayAt(clock.now(), budget.timeZone ?? "UTC");
      return new MaestroError({
        code,
        message,
        hint: `Work goes on with the next day; the limit is ${key}.`,
        facts: { not_before: notBefore },
      });
    }
    const hint = scope === "workflow" ? `Raise ${key}; work then goes on.` : `Raise ${key}, or make the issue smaller.`;
    return new MaestroError({ code, message, hint, facts: { used: budgetWords(line) } });
  }

  #repeat(name: string, fingerprint: string): void {
    this.#repeats = fingerprint === this.#lastCall ? this.#repeats + 1 : 1;
    this.#lastCall = fingerprint;
    const times = this.#parts.budget.run.repeatedCalls;
    if (this.#repeats < times) return;
    this.#reach(
      new MaestroError({
        code: "run_loops",
        message: `The agent called ${name} ${times} times in a row with the same arguments.`,
        hint: "Look at the transcript; budget.run.repeated_calls is the limit.",
      }),
    );
  }

  #reach(error: MaestroError): void {
    if (this.#isReached) return;
    this.#isReached = true;
    this.end();
    this.#parts.onReached(error);
  }
}

function nameOf({ scope, count }: BudgetLine, level: BudgetMeeting["level"]): string {
  return `${scope}.${count}.${level}`;
}

function limitsOf({ tokens, costUsd, modelCalls, turns = null, wallMs = null }: RunBudget): Limits {
  return { tokens, costUsd, modelCalls, turns, wallMs, sessions: null };
}
