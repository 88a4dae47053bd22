import type { ApiBudget } from "../contracts/outside.ts";
import { type Pace, pacePolls } from "../policy/index.ts";
import type { OrchestratorParts } from "./ports.ts";

/** A credential's allowance, and who spends it. */
export interface NamedBudget extends ApiBudget {
  /** `tracker linear`, `forge github`. */
  readonly users: readonly string[];
}

/** Shortest time between the beginnings of two polls that webhooks ask for, milliseconds: they come in bursts. */
const NEWS_GAP_MS = 2_000;
/** By how much sooner than planned webhooks may cause a poll while an allowance runs low. */
const NEWS_SHARE = 3;

/** When the tracker is asked next: by the workflow's interval, slower while an allowance runs low, at once when somebody asks for it. */
export class PollPlan {
  readonly #parts: OrchestratorParts;
  #nextAt = 0;
  #nextRecheckAt = 0;
  #begunAt = Number.NEGATIVE_INFINITY;
  /** What the last poll cost, in requests. */
  #cost = 1;

  constructor(parts: OrchestratorParts) {
    this.#parts = parts;
  }

  /** Epoch milliseconds. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** Somebody wants to see the present: the next poll is due. */
  atOnce(): void {
    this.#nextAt = 0;
  }

  /** A service said that something happened: the next poll comes soon, and one poll answers many of these. */
  soon(): void {
    const { intervalMs, reason } = this.pace();
    const gap = reason === null ? NEWS_GAP_MS : Math.max(NEWS_GAP_MS, intervalMs / NEWS_SHARE);
    this.#nextAt = Math.min(this.#nextAt, this.#begunAt + gap);
  }

  /** How often is polled now, and why. */
  pace(): Pace {
    const { workflows, clock } = this.#parts;
    const allowances = this.budgets().map((budget) => ({ ...budget, name: budget.users.join(", ") }));
    return pacePolls(workflows.current().polling.intervalMs, allowances, this.#cost, clock.now());
  }

  /** What is left of each credential's allowance, as far as the services have said. */
  budgets(): readonly NamedBudget[] {
    const { outside } = this.#parts;
    const tracker = outside.tracker();
    const forge = outside.forge();
    const told = [
      { user: `tracker ${tracker.kind}`, budget: tracker.budget?.() },
      { user: `forge ${forge?.kind}`, budget: forge?.budget?.() },
    ];
    const byCredential = new Map<string, NamedBudget>();
    for (const { user, budget } of told) {
      if (budget == null) continue;
      const known = byCredential.get(budget.credential);
      byCredential.set(budget.credential, { ...budget, users: [...(known?.users ?? []), user] });
    }
    return [...byCredential.values()];
  }

  /** Plans the next poll and carries out this one. Rejects with what it rejects with. */
  async carryOut<T>(poll: () => Promise<T>): Promise<T> {
    const { clock, workflows } = this.#parts;
    // Not for every hint from outside: the file has a watch of its own, and this is for what that missed.
    const isRechecked = clock.now() >= this.#nextRecheckAt;
    if (isRechecked) await workflows.recheck();
    const spent = this.#spent();
    this.#begunAt = clock.now();
    this.#nextAt = this.#begunAt + this.pace().intervalMs;
    if (isRechecked) this.#nextRecheckAt = this.#nextAt;
    try {
      return await poll();
    } finally {
      this.#cost = Math.max(1, this.#spent() - spent);
    }
  }

  #spent(): number {
    return this.budgets().reduce((sum, { spent }) => sum + spent, 0);
  }
}
