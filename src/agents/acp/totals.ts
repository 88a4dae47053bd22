import type { AgentEvent, UsageDetails } from "../../contracts/agent-provider.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "../../model/usage.ts";

/** What a session has used, told as differences, so that nothing is counted twice: not after a resume, and not with a total told again. */
export class Totals {
  /** In all, with what it had used before this process. */
  usage: TokenUsage;
  readonly #tell: (event: AgentEvent) => void;
  #costUsd: number | null = null;

  constructor(baseline: TokenUsage, tell: (event: AgentEvent) => void) {
    this.usage = baseline;
    this.#tell = tell;
  }

  /** The session is new: all that it uses and costs is told. What a resumed one had cost before counts for nothing. */
  startAnew(): void {
    this.usage = NO_USAGE;
    this.#costUsd = 0;
  }

  /** So much more. */
  add(usage: TokenUsage, details: UsageDetails = {}): void {
    this.usage = addUsage(this.usage, usage);
    if (usage.totalTokens > 0 || details.costUsd !== undefined) {
      this.#tell({ type: "usage", usage, model: null, details });
    }
  }

  /** So much in all. A total that went down is of a session that began anew, and counts from there. */
  reach(total: TokenUsage, costUsd: number): void {
    const fell = total.totalTokens < this.usage.totalTokens;
    const before = fell ? { inputTokens: 0, outputTokens: 0, totalTokens: 0 } : this.usage;
    const paid = fell ? 0 : (this.#costUsd ?? costUsd);
    this.usage = before;
    this.#costUsd = costUsd;
    this.add(
      {
        inputTokens: Math.max(0, total.inputTokens - before.inputTokens),
        outputTokens: Math.max(0, total.outputTokens - before.outputTokens),
        totalTokens: total.totalTokens - before.totalTokens,
      },
      costUsd > paid ? { costUsd: costUsd - paid } : {},
    );
  }

  /** So much money in all. */
  cost(costUsd: number): void {
    const before = this.#costUsd;
    this.#costUsd = costUsd;
    if (before === null || costUsd <= before) return;
    this.add({ inputTokens: 0, outputTokens: 0, totalTokens: 0 }, { costUsd: costUsd - before });
  }
}
