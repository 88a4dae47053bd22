import type { Clock, Timer } from "../base/clock.ts";
import { SilenceTimer } from "../base/silence-timer.ts";
import type { AgentEvent, AgentFailure, AgentQuestion, SessionRequest, TurnResult } from "./agent-provider.ts";

/** What is known of the turn that is under way. */
interface Turn {
  readonly number: number;
  readonly end: (result: TurnResult) => void;
  readonly silence: SilenceTimer;
  /** Until the agent answers the prompt with anything that counts. */
  firstOutput: Timer | null;
  /** Until the turn has taken too long, whatever happens in it. */
  readonly total: Timer | null;
  interrupted: boolean;
  deadline: Timer | null;
  /** Commands that are known to run, with the end of their excuse. */
  readonly commands: Map<string, Timer>;
}

/** Characters of a sign of life that are told. */
const LONGEST_SIGN = 300;
/** Events that show that an agent lives, not that it gets on. */
const NO_PROGRESS: readonly AgentEvent["type"][] = ["turn", "capacity", "context", "alive", "stderr", "raw"];

/**
 * The turns of one session, one at a time: their deadlines, their interruption and their end, the same for every agent. An adapter says
 * what it heard; how a turn ended is settled here, once.
 */
export class AgentTurns {
  readonly #clock: Clock;
  readonly #limits: SessionRequest["limits"];
  readonly #onEvent: SessionRequest["onEvent"];
  #turn: Turn | null = null;
  #count = 0;
  #said: string | null = null;
  /** The last sign of life since anything happened. */
  #sign: string | null = null;
  #over: { readonly kind: AgentFailure["kind"]; readonly sentence: string } | null = null;

  constructor({ clock, limits, signal, onEvent }: SessionRequest) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onEvent = onEvent;
    const callOff = (): void => this.close("turn_cancelled", "The run was called off.");
    if (signal.aborted) callOff();
    else signal.addEventListener("abort", callOff, { once: true });
  }

  /** Number of the turn that is under way, from 1; `null` between turns. */
  get current(): number | null {
    return this.#turn?.number ?? null;
  }

  /** Whether the turn that is under way was asked to break off. */
  get isInterrupted(): boolean {
    return this.#turn?.interrupted ?? false;
  }

  /** Begins a turn by `send`; settles with its end. `send` may reject when nobody reads any more: the exit that follows ends the turn. */
  begin(send: (turn: number) => Promise<void>): Promise<TurnResult> {
    if (this.#over !== null) return Promise.resolve(failedTurn(this.#over.kind, this.#over.sentence, null));
    if (this.#turn !== null) {
      return Promise.resolve(failedTurn("protocol", "A turn was asked for while another one is under way.", null));
    }
    this.#count += 1;
    this.#said = null;
    this.#sign = null;
    const number = this.#count;
    return new Promise((resolve) => {
      const { turnSilenceMs, firstOutputMs, turnTotalMs } = this.#limits;
      const silence = new SilenceTimer(this.#clock, turnSilenceMs, () =>
        this.fail("turn_timeout", `The agent said nothing for ${turnSilenceMs} ms.`),
      );
      const firstOutput = this.#timer(firstOutputMs, "The agent answered its prompt with nothing within");
      const total = this.#timer(turnTotalMs, "The turn took longer than");
      this.#turn = {
        ...{ number, end: resolve, silence, firstOutput, total },
        ...{ interrupted: false, deadline: null, commands: new Map() },
      };
      void send(number).catch(() => undefined);
    });
  }

  /** Fails the turn after so many milliseconds; `null` where there is no such limit. */
  #timer(ms: number | undefined, words: string): Timer | null {
    if (ms === undefined) return null;
    return this.#clock.setTimer(ms, () => {
      // Agents that try again and again say why.
      const sign = this.#sign === null ? "" : ` Its last sign of life: ${this.#sign}`;
      this.fail("turn_timeout", `${words} ${ms} ms.${sign}`);
    });
  }

  /**
   * Tells the host of an event, and takes from it what counts for the turn: the agent's last words, a command that excuses silence, the first
   * output. Must be told in order.
   */
  tell(event: AgentEvent): void {
    if (event.type === "message") this.say(event.text);
    if (event.type === "command") {
      if (event.state === "started") this.commandStarted(event.id);
      else this.commandFinished(event.id);
    }
    if (event.type === "alive") this.#sign = event.what.slice(0, LONGEST_SIGN);
    if (!NO_PROGRESS.includes(event.type)) {
      this.#sign = null;
      this.answered();
    }
    this.#onEvent(event);
  }

  /** The agent's model has begun to answer, also when there is nothing to tell of that yet. */
  answered(): void {
    const turn = this.#turn;
    if (turn === null) return;
    turn.firstOutput?.cancel();
    turn.firstOutput = null;
  }

  /** The agent was heard. */
  heard(): void {
    this.#turn?.silence.touch();
  }

  /** The agent waits for its host, or is known to work: its silence is no fault. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const silence = this.#turn?.silence;
    silence?.pause();
    try {
      return await work();
    } finally {
      silence?.resume();
    }
  }

  /** A command of the agent began: silence is no fault while it runs, within its limit. */
  commandStarted(id: string): void {
    const turn = this.#turn;
    const { commandMs } = this.#limits;
    if (turn === null || commandMs === undefined || turn.commands.has(id)) return;
    turn.silence.pause();
    turn.commands.set(
      id,
      this.#clock.setTimer(commandMs, () => this.commandFinished(id)),
    );
  }

  /** It ended, or its limit is over. One that was never known is fine. */
  commandFinished(id: string): void {
    const timer = this.#turn?.commands.get(id);
    if (timer === undefined) return;
    timer.cancel();
    this.#turn?.commands.delete(id);
    this.#turn?.silence.resume();
  }

  /** The agent's last words so far, for the result. */
  say(text: string): void {
    this.#said = text;
  }

  /** Asks for a break-off by `ask`; a turn that does not end within the response limit has failed. */
  async interrupt(ask: () => Promise<void>): Promise<void> {
    const turn = this.#turn;
    if (turn === null || turn.interrupted) return;
    turn.interrupted = true;
    const { responseMs } = this.#limits;
    turn.deadline = this.#clock.setTimer(responseMs, () =>
      this.fail("response_timeout", `The agent did not break off its turn within ${responseMs} ms.`),
    );
    await ask().catch(() => undefined);
  }

  /** The turn ended as the agent says; one that was interrupted was cancelled, whatever it says. */
  complete(message: string | null = this.#said): void {
    if (this.isInterrupted) this.fail("turn_cancelled", "The turn was broken off.");
    else this.#finish({ status: "completed", failure: null, finalMessage: message });
  }

  /** The turn failed. Nothing happens between turns. */
  fail(kind: AgentFailure["kind"], sentence: string, resetAt: number | null = null): void {
    this.#finish(failedTurn(kind, sentence, this.#said, resetAt));
  }

  /** The turn failed because its agent waits for a person. */
  failByQuestion(question: AgentQuestion): void {
    if (this.isInterrupted) this.fail("turn_cancelled", "The turn was broken off.");
    else {
      const { text } = question;
      const failure: AgentFailure = {
        kind: "input_required",
        sentence: `The agent asks: ${text}`,
        resetAt: null,
        question,
      };
      this.#finish({ status: "failed", failure, finalMessage: this.#said });
    }
  }

  /** Like `fail` for what the agent itself says: of an interrupted turn that is only the echo. */
  failByAgent(kind: AgentFailure["kind"], sentence: string, resetAt: number | null = null): void {
    if (this.isInterrupted) this.fail("turn_cancelled", "The turn was broken off.");
    else this.fail(kind, sentence, resetAt);
  }

  /** Ends the turn that is under way, and every later one at once, with this failure. The first reason stays. */
  close(kind: AgentFailure["kind"], sentence: string): void {
    this.#over ??= { kind, sentence };
    this.fail(kind, sentence);
  }

  #finish(result: TurnResult): void {
    const turn = this.#turn;
    if (turn === null) return;
    this.#turn = null;
    turn.silence.cancel();
    turn.firstOutput?.cancel();
    turn.total?.cancel();
    turn.deadline?.cancel();
    for (const timer of turn.commands.values()) timer.cancel();
    turn.end(result);
  }
}

/**
 * The prompt for an agent that reads `/…` or `$…` as a command of its own, which it carries out instead of asking its model: words of an issue must
 * never be one.
 */
export function plainPrompt(prompt: string): string {
  return /^\s*[/$]/.test(prompt) ? `The task:\n${prompt}` : prompt;
}

/** A turn that failed. */
export function failedTurn(
  kind: AgentFailure["kind"],
  sentence: string,
  said: string | null,
  resetAt: number | null = null,
): TurnResult {
  return { status: "failed", failure: { kind, sentence, resetAt }, finalMessage: said };
}
