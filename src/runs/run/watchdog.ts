import { MaestroError } from "../../base/errors.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";
import type { RunBudget } from "../../model/workflow.ts";

/** What a budget counts. */
type Counted = "modelCalls" | "tokens" | "costUsd";

const UNITS: Readonly<Record<Counted, { readonly key: string; readonly of: string }>> = {
  modelCalls: { key: "model_calls", of: "calls of the model" },
  tokens: { key: "tokens", of: "tokens" },
  costUsd: { key: "cost_usd", of: "US dollars" },
};

/**
 * Counts what one run uses up and ends it at its budget, whatever limits the agent itself keeps or claims to keep. Tells once, and in the
 * middle of a turn: what was reached cannot be paid back.
 */
export class Watchdog {
  readonly #budget: RunBudget;
  readonly #onReached: (error: MaestroError) => void;
  readonly #used: Record<Counted, number> = { modelCalls: 0, tokens: 0, costUsd: 0 };
  #lastCall = "";
  #repeats = 0;
  #isReached = false;

  constructor(budget: RunBudget, onReached: (error: MaestroError) => void) {
    this.#budget = budget;
    this.#onReached = onReached;
  }

  /** Takes an event of the agent. Never throws. */
  take(event: AgentEvent): void {
    switch (event.type) {
      case "model_call":
        this.#count("modelCalls", 1);
        break;
      case "usage":
        this.#count("tokens", event.usage.totalTokens);
        this.#count("costUsd", event.details?.costUsd ?? 0);
        break;
      case "tool":
        if (event.state === "started") this.#repeat(event.name, event.fingerprint);
        break;
      default:
        break;
    }
  }

  #count(what: Counted, amount: number): void {
    this.#used[what] += amount;
    const limit = this.#budget[what];
    if (limit === null || this.#used[what] < limit) return;
    const { key, of } = UNITS[what];
    this.#reach(
      "run_budget_exhausted",
      `The run has used up its ${limit} ${of}.`,
      `Raise budget.run.${key}, or make the issue smaller.`,
    );
  }

  #repeat(name: string, fingerprint: string): void {
    this.#repeats = fingerprint === this.#lastCall ? this.#repeats + 1 : 1;
    this.#lastCall = fingerprint;
    if (this.#repeats < this.#budget.repeatedCalls) return;
    const times = this.#budget.repeatedCalls;
    this.#reach(
      "run_loops",
      `The agent called ${name} ${times} times in a row with the same arguments.`,
      "Look at the transcript; budget.run.repeated_calls is the limit.",
    );
  }

  #reach(code: string, message: string, hint: string): void {
    if (this.#isReached) return;
    this.#isReached = true;
    this.#onReached(new MaestroError({ code, message, hint }));
  }
}
