import type { AgentEvent } from "../../contracts/agent-provider.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "../../model/usage.ts";
import { callUsage, usageEvents } from "./map.ts";
import type { ChatMessage, TurnEnded } from "./schema.ts";

/**
 * What a turn uses, told while it goes on: Claude Code sums it up at its end only, and a limit has to hold before that. What was told is taken
 * off the sum.
 */
export class TurnUsage {
  readonly #told = new Map<string, TokenUsage>();
  /** The call that is under way: its message comes in as many pieces as it has blocks. */
  #call = { id: "", usage: NO_USAGE };

  /** What a piece of an answer adds. */
  heard(message: ChatMessage["message"]): AgentEvent[] {
    const { id = "", model } = message;
    const whole = callUsage(message);
    if (whole === null || model === undefined) return [];
    const before = id === this.#call.id ? this.#call.usage : NO_USAGE;
    const more = without(whole, before);
    this.#call = { id, usage: addUsage(before, more) };
    if (more.totalTokens === 0) return [];
    this.#told.set(model, addUsage(this.#told.get(model) ?? NO_USAGE, more));
    return [{ type: "usage", usage: more, model }];
  }

  /** What the end of the turn adds. */
  settle(end: TurnEnded): AgentEvent[] {
    const sums = usageEvents(end);
    // A model may be called otherwise in the sum than in its answers.
    const strays = [...this.#told].filter(([model]) => !sums.some((sum) => sum.model === model));
    let stray = strays.map(([, usage]) => usage).reduce(addUsage, NO_USAGE);
    const events = sums.map((sum) => {
      const own = without(sum.usage, this.#told.get(sum.model ?? "") ?? NO_USAGE);
      const usage = without(own, stray);
      stray = without(stray, own);
      return { ...sum, usage };
    });
    this.#told.clear();
    this.#call = { id: "", usage: NO_USAGE };
    return events;
  }
}

/** What is left of a usage, never less than nothing. */
function without(usage: TokenUsage, taken: TokenUsage): TokenUsage {
  const inputTokens = Math.max(0, usage.inputTokens - taken.inputTokens);
  const outputTokens = Math.max(0, usage.outputTokens - taken.outputTokens);
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}
