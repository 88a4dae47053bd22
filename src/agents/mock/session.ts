import { withDeadline } from "../../base/abort.ts";
import type { Timer } from "../../base/clock.ts";
import { isMaestroError, toMaestroError } from "../../base/errors.ts";
import type { AgentFailure, AgentSession, SessionRequest, TurnResult } from "../../contracts/agent-provider.ts";
import type { ProcessExit, RunningProcess } from "../../contracts/runtime.ts";
import { failedTurn, readLine, toEvent, toResult } from "./map.ts";
import type { AgentMessage, HostMessage } from "./schema.ts";
import type { TurnEnd } from "./script.ts";
import { SilenceTimer } from "./silence-timer.ts";

const DEFAULT_GRACE_MS = 2_000;
/** What the runtime gets beyond the grace for killing and reaping the tree, milliseconds. */
const KILL_LIMIT_MS = 10_000;

interface Turn {
  readonly number: number;
  readonly end: (result: TurnResult) => void;
  readonly silence: SilenceTimer;
  /** Set once the agent was asked to break off. */
  interrupted: boolean;
  deadline: Timer | null;
}

/** A conversation with one agent process. */
export class MockSession implements AgentSession {
  id = "";
  resumed = false;
  readonly #process: RunningProcess;
  readonly #request: SessionRequest;
  #onReady: ((session: string) => void) | null = null;
  #proposed = "";
  #turn: Turn | null = null;
  #turns = 0;
  #said: string | null = null;
  #exit: ProcessExit | null = null;
  #stopping: Promise<void> | null = null;

  constructor(process: RunningProcess, request: SessionRequest) {
    this.#process = process;
    this.#request = request;
    void process.exited.then((exit) => {
      this.#exit = exit;
      this.#fail("process_exit", exitSentence(exit));
    });
    request.signal.addEventListener("abort", () => this.#fail("turn_cancelled", "The run was called off."), {
      once: true,
    });
  }

  /** Greets the agent and waits until it is ready; returns why it is not. */
  async open(start: Extract<HostMessage, { type: "start" }>): Promise<AgentFailure | null> {
    const { clock, limits, signal, resume } = this.#request;
    this.#proposed = start.session;
    const ready = new Promise<string>((resolve) => {
      this.#onReady = resolve;
    });
    try {
      const answer = await withDeadline(clock, limits.startupMs, signal, async () => {
        void this.#send(start);
        return Promise.race([ready, this.#process.exited]);
      });
      if (typeof answer !== "string") return failure("process_exit", exitSentence(answer));
      this.id = answer;
      this.resumed = resume !== null && answer === resume;
      return null;
    } catch (error) {
      const isLate = isMaestroError(error) && error.code === "deadline";
      if (!isLate) return failure("turn_cancelled", "The session was called off while it began.");
      return failure("startup_timeout", `The agent was not ready within ${limits.startupMs} ms.`);
    } finally {
      this.#onReady = null;
    }
  }

  turn(prompt: string): Promise<TurnResult> {
    const { clock, limits, signal } = this.#request;
    if (this.#exit !== null) return Promise.resolve(failedTurn("process_exit", exitSentence(this.#exit), null));
    if (signal.aborted) return Promise.resolve(failedTurn("turn_cancelled", "The run was called off.", null));
    if (this.#turn !== null) {
      return Promise.resolve(failedTurn("protocol", "A turn was asked for while another one is under way.", null));
    }
    this.#turns += 1;
    this.#said = null;
    return new Promise((resolve) => {
      const silence = new SilenceTimer(clock, limits.turnSilenceMs, () =>
        this.#fail("turn_timeout", `The agent said nothing for ${limits.turnSilenceMs} ms.`),
      );
      this.#turn = { number: this.#turns, end: resolve, silence, interrupted: false, deadline: null };
      void this.#send({ type: "turn", turn: this.#turns, prompt });
    });
  }

  async interrupt(): Promise<void> {
    const turn = this.#turn;
    if (turn === null || turn.interrupted) return;
    turn.interrupted = true;
    const { clock, limits } = this.#request;
    turn.deadline = clock.setTimer(limits.responseMs, () =>
      this.#fail("response_timeout", `The agent did not break off its turn within ${limits.responseMs} ms.`),
    );
    await this.#send({ type: "interrupt" });
  }

  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#end(options.graceMs ?? DEFAULT_GRACE_MS);
    return this.#stopping;
  }

  /** Takes a line of the agent's standard output. */
  receive(line: string): void {
    this.#turn?.silence.touch();
    const read = readLine(line);
    if (read.kind === "message") this.#take(read.message, line);
    else this.#request.onEvent({ type: "raw", line });
    if (read.kind === "broken") this.#fail("protocol", `The agent broke the protocol: ${read.detail}.`);
  }

  #take(message: AgentMessage, line: string): void {
    const turn = this.#turn;
    switch (message.type) {
      case "message":
      case "activity":
      case "usage":
        if (message.type === "message") this.#said = message.text;
        this.#request.onEvent(toEvent(message));
        return;
      case "ready":
        if (this.#onReady === null) break;
        this.#onReady(message.session ?? this.#proposed);
        return;
      case "tool_call":
        if (turn === null) break;
        void this.#answer(message, turn);
        return;
      default:
        if (!isEndOf(message, turn)) break;
        if (turn?.interrupted) this.#fail("turn_cancelled", "The turn was broken off.");
        else this.#finish(toResult(message, this.#said));
        return;
    }
    this.#request.onEvent({ type: "raw", line });
  }

  async #answer(call: Extract<AgentMessage, { type: "tool_call" }>, { silence }: Turn): Promise<void> {
    // While the host works, the agent's silence is no fault of its own.
    silence.pause();
    const { ok, code, text } = await this.#request.callTool({
      id: call.id,
      name: call.name,
      arguments: call.arguments ?? {},
    });
    silence.resume();
    await this.#send({ type: "tool_result", id: call.id, ok, code, text });
  }

  async #send(message: HostMessage): Promise<void> {
    const { clock, limits } = this.#request;
    try {
      await withDeadline(clock, limits.responseMs, undefined, () =>
        this.#process.write(`${JSON.stringify(message)}\n`),
      );
    } catch (error) {
      const isLate = isMaestroError(error) && error.code === "deadline";
      // Anything else means that nobody reads any more; the exit that follows ends the turn.
      if (isLate) this.#fail("response_timeout", `The agent read nothing for ${limits.responseMs} ms.`);
    }
  }

  #fail(kind: AgentFailure["kind"], sentence: string): void {
    this.#finish(failedTurn(kind, sentence, this.#said));
  }

  #finish(result: TurnResult): void {
    const turn = this.#turn;
    if (turn === null) return;
    this.#turn = null;
    turn.silence.cancel();
    turn.deadline?.cancel();
    turn.end(result);
  }

  async #end(graceMs: number): Promise<void> {
    const { clock, log, marker } = this.#request;
    this.#fail("turn_cancelled", "The session was stopped.");
    try {
      await withDeadline(clock, graceMs + KILL_LIMIT_MS, undefined, async () => {
        await this.#sayGoodbye(graceMs / 2);
        await this.#process.kill({ graceMs: graceMs / 2 });
        await this.#process.exited;
      });
    } catch (error) {
      log.error("an agent could not be ended", { session_id: this.id, marker, error: toMaestroError(error) });
    }
  }

  async #sayGoodbye(graceMs: number): Promise<void> {
    if (this.#exit !== null) return;
    try {
      await withDeadline(this.#request.clock, graceMs, undefined, async () => {
        await this.#process.write(`${JSON.stringify({ type: "stop" } satisfies HostMessage)}\n`);
        this.#process.endInput();
        await this.#process.exited;
      });
    } catch {
      // It does not listen any more; it is killed next.
    }
  }
}

/** Whether this ends the present turn: an agent that names the turn may not end a later one by a late word. */
function isEndOf(message: TurnEnd, turn: Turn | null): boolean {
  return turn !== null && (message.type !== "turn_end" || message.turn === undefined || message.turn === turn.number);
}

function failure(kind: AgentFailure["kind"], sentence: string): AgentFailure {
  return { kind, sentence, resetAt: null };
}

function exitSentence({ code, signal }: ProcessExit): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return `The agent's process ended ${how} before its turn was over.`;
}
