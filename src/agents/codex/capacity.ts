import type { AgentEvent } from "../../contracts/agent-provider.ts";
import type { RateLimitNotice } from "./schema.ts";

type Capacity = Extract<AgentEvent, { type: "capacity" }>;

/** What is known of an account's limits. Codex tells them after every call, mostly without anything in them. */
export class CapacityWindows {
  readonly #windows = new Map<string, Capacity>();

  /** Takes a notice; returns the windows that it changed. */
  take({ rateLimits }: RateLimitNotice): Capacity[] {
    const changed: Capacity[] = [];
    for (const side of ["primary", "secondary"] as const) {
      const told = rateLimits[side];
      if (told === undefined || told === null) continue;
      const window = `${rateLimits.limitId ?? "codex"} ${side}`;
      const known = this.#windows.get(window);
      const resetAt = typeof told.resetsAt === "number" ? told.resetsAt * 1_000 : (known?.resetAt ?? null);
      const now: Capacity = { type: "capacity", window, usedShare: told.usedPercent / 100, resetAt };
      if (known?.usedShare === now.usedShare && known.resetAt === now.resetAt) continue;
      this.#windows.set(window, now);
      changed.push(now);
    }
    return changed;
  }

  /** When all windows that are used up are new, epoch milliseconds; `null` when none is known to be. */
  resetAt(): number | null {
    const full = [...this.#windows.values()].filter(({ usedShare }) => usedShare !== null && usedShare >= 1);
    const instants = full.flatMap(({ resetAt }) => (resetAt === null ? [] : [resetAt]));
    return instants.length === 0 ? null : Math.max(...instants);
  }
}
