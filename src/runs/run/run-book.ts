import type { Clock } from "../../base/clock.ts";
import type { AgentEvent, UsageDetails } from "../../contracts/agent-provider.ts";
import { dayOf } from "../../model/day.ts";
import type { EventOf } from "../../model/events/index.ts";
import { costOf, listPrice, ownPrice } from "../../model/prices.ts";
import { addSpending, NANO_USD, NO_SPENDING, type Spending } from "../../model/spending.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "../../model/usage.ts";
import type { Workflow } from "../../model/workflow.ts";

type Report = EventOf<"usage_reported">["data"];

/** Which session is counted. */
export interface BookParts {
  readonly clock: Clock;
  readonly workflow: Workflow;
  /** `<kind>/<id>`. */
  readonly account: string;
}

/** The books of one session: what it used, at which price, in which turn, on which day. */
export class RunBook {
  readonly #parts: BookParts;
  readonly #entries = new Map<string | null, { usage: TokenUsage; spending: Spending }>();
  /** What belongs to no model: calls, turns, time. */
  #rest: Spending = NO_SPENDING;
  #turn = 0;
  /** Until when the open session was counted, on the monotonic clock; `null`: it is not open. */
  #countedUntil: number | null = null;

  constructor(parts: BookParts) {
    this.#parts = parts;
  }

  /** Today, in the workflow's time zone. */
  today(): string {
    const { clock, workflow } = this.#parts;
    return dayOf(clock.now(), workflow.budget.timeZone ?? "UTC");
  }

  /** The session is open: its time counts. */
  open(): void {
    this.#countedUntil = this.#parts.clock.monotonic();
  }

  /** A turn begins: what comes belongs to it. Report what came before first. */
  beginTurn(turn: number): void {
    this.#turn = turn;
  }

  /** The turn is over. */
  endTurn(): Spending {
    return this.#count({ ...NO_SPENDING, turns: 1 });
  }

  /** What an event of the agent says was used; `null` when it says nothing. */
  heard(event: AgentEvent): Spending | null {
    if (event.type === "model_call") return this.#count({ ...NO_SPENDING, modelCalls: 1 });
    if (event.type !== "usage") return null;
    const spending = this.#spendingOf(event.usage, event.model, event.details ?? {});
    const known = this.#entries.get(event.model) ?? { usage: NO_USAGE, spending: NO_SPENDING };
    this.#entries.set(event.model, {
      usage: addUsage(known.usage, event.usage),
      spending: addSpending(known.spending, spending),
    });
    return spending;
  }

  /** How long the session was open since that was counted last, milliseconds. */
  uncountedMs(): number {
    return this.#countedUntil === null ? 0 : Math.round(this.#parts.clock.monotonic() - this.#countedUntil);
  }

  /** Whether tokens wait to be reported. */
  hasTokens(): boolean {
    return this.#entries.size > 0;
  }

  /** Everything that was not reported yet. Calls, turns and time go with the first model. `onTime` is told the time that is counted now. */
  take(onTime: (spending: Spending) => void = () => undefined): Report[] {
    const wallMs = this.uncountedMs();
    if (wallMs > 0 && this.#countedUntil !== null) {
      this.#countedUntil += wallMs;
      onTime(this.#count({ ...NO_SPENDING, wallMs }));
    }
    const { workflow, account } = this.#parts;
    const source = { day: this.today(), turn: this.#turn, agent: workflow.agentProvider.kind, account };
    const reports = [...this.#entries].map(([model, entry]): Report => ({ ...entry, model, source }));
    const [first, ...others] = reports;
    const rest = this.#rest;
    this.#entries.clear();
    this.#rest = NO_SPENDING;
    if (first !== undefined)
      return [{ ...first, spending: addSpending(first.spending ?? NO_SPENDING, rest) }, ...others];
    return isNothing(rest) ? [] : [{ usage: NO_USAGE, model: null, spending: rest, source }];
  }

  #count(spending: Spending): Spending {
    this.#rest = addSpending(this.#rest, spending);
    return spending;
  }

  #spendingOf(usage: TokenUsage, model: string | null, details: UsageDetails): Spending {
    const { cacheReadTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = details;
    const tokens = {
      inputTokens: Math.max(0, usage.inputTokens - cacheReadTokens - cacheWriteTokens),
      ...{ cacheReadTokens, cacheWriteTokens, reasoningTokens },
      outputTokens: usage.outputTokens,
    };
    const nanoUsd = this.#moneyOf(tokens, model, details.costUsd);
    const { totalTokens } = usage;
    return {
      ...NO_SPENDING,
      ...tokens,
      totalTokens,
      nanoUsd: nanoUsd ?? 0,
      unpricedTokens: nanoUsd === null ? totalTokens : 0,
    };
  }

  /** The file's price outweighs what the agent says, which outweighs the lists. */
  #moneyOf(tokens: Parameters<typeof costOf>[0], model: string | null, toldUsd: number | undefined): number | null {
    const own = ownPrice(this.#parts.workflow.budget.prices ?? {}, model);
    if (own !== null) return costOf(tokens, own);
    if (toldUsd !== undefined) return Math.round(toldUsd * NANO_USD);
    const listed = listPrice(model);
    return listed === null ? null : costOf(tokens, listed);
  }
}

function isNothing(spending: Spending): boolean {
  return Object.values(spending).every((amount) => amount === 0);
}
