import { MaestroError } from "../../base/errors.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";

/** After so many calls on a full context it is not made shorter by its agent, or only to be full again at once (two calls each time). */
const FULL_CALLS = 6;
/** Readings in a row with space left after which all is well again. */
const WELL_READINGS = 10;

/**
 * Ends a run whose agent's context stays full. Agents make a full context shorter by themselves; some do it again and again without getting on, as
 * fast as the model answers, and none of that is silence. Tells once.
 */
export class ContextWatch {
  readonly #onFull: (error: MaestroError) => void;
  #hasCalled = false;
  #fullCalls = 0;
  #wellReadings = 0;
  #isTold = false;

  constructor(onFull: (error: MaestroError) => void) {
    this.#onFull = onFull;
  }

  /** Takes an event of the agent. Never throws. */
  take(event: AgentEvent): void {
    if (event.type === "model_call") this.#hasCalled = true;
    if (event.type === "context" && event.windowTokens !== null) this.#read(event.usedTokens, event.windowTokens);
  }

  /** A reading may come twice: it counts once for each call. */
  #read(used: number, window: number): void {
    this.#wellReadings = used < window ? this.#wellReadings + 1 : 0;
    if (this.#wellReadings >= WELL_READINGS) this.#fullCalls = 0;
    if (used >= window && this.#hasCalled) this.#fullCalls += 1;
    this.#hasCalled = false;
    if (this.#fullCalls < FULL_CALLS || this.#isTold) return;
    this.#isTold = true;
    this.#onFull(
      new MaestroError({
        code: "context_overflow",
        message: `The agent's context was full after ${FULL_CALLS} calls in short order (${used} of ${window} tokens).`,
        hint: "The next run begins a new session; make the issue smaller when that happens again.",
        facts: { used, window },
      }),
    );
  }
}
