import type { AgentEvent } from "../../contracts/agent-provider.ts";
import { type Bill, billOf, billsOf } from "./map.ts";
import type { ChatMessage, TurnEnded } from "./schema.ts";

const NOTHING: Bill = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/**
 * What a turn uses, told while it goes on: Claude Code sums it up at its end only, and a limit has to hold before that. What was told is taken
 * off the sum. Sums of the session are not read: they neither survive a kill nor stay away after a resume.
 */
export class TurnUsage {
  readonly #told = new Map<string, Bill>();
  /** The call that is under way: its message comes in as many pieces as it has blocks. */
  #call = { id: "", bill: NOTHING };

  /** What a piece of an answer adds. */
  heard(message: ChatMessage["message"]): AgentEvent[] {
    const { id = "", model } = message;
    const whole = billOf(message);
    if (whole === null || model === undefined) return [];
    const before = id === this.#call.id ? this.#call.bill : NOTHING;
    const more = without(whole, before);
    this.#call = { id, bill: plus(before, more) };
    this.#told.set(model, plus(this.#told.get(model) ?? NOTHING, more));
    return isNothing(more) ? [] : [toEvent(model, more)];
  }

  /** What the end of the turn adds. */
  settle(end: TurnEnded): AgentEvent[] {
    const sums = billsOf(end);
    // A model may be called otherwise in the sum than in its answers.
    const strays = [...this.#told].filter(([name]) => !sums.some(({ model }) => model === name));
    let stray = strays.map(([, bill]) => bill).reduce(plus, NOTHING);
    const events = sums.map(({ model, bill, costUsd }) => {
      const own = without(bill, this.#told.get(model) ?? NOTHING);
      const left = without(own, stray);
      stray = without(stray, own);
      return toEvent(model, left, costUsd);
    });
    this.#told.clear();
    this.#call = { id: "", bill: NOTHING };
    return events;
  }
}

function toEvent(model: string, { input, output, cacheRead, cacheWrite }: Bill, costUsd?: number): AgentEvent {
  return {
    type: "usage",
    usage: { inputTokens: input, outputTokens: output, totalTokens: input + output },
    model,
    details: {
      ...{ cacheReadTokens: cacheRead, cacheWriteTokens: cacheWrite },
      ...(costUsd === undefined ? {} : { costUsd }),
    },
  };
}

function plus(left: Bill, right: Bill): Bill {
  return combine(left, right, (one, other) => one + other);
}

/** What is left of a bill, never less than nothing. */
function without(bill: Bill, taken: Bill): Bill {
  return combine(bill, taken, (whole, part) => Math.max(0, whole - part));
}

function combine(left: Bill, right: Bill, by: (one: number, other: number) => number): Bill {
  return {
    input: by(left.input, right.input),
    output: by(left.output, right.output),
    cacheRead: by(left.cacheRead, right.cacheRead),
    cacheWrite: by(left.cacheWrite, right.cacheWrite),
  };
}

function isNothing({ input, output }: Bill): boolean {
  return input + output === 0;
}
