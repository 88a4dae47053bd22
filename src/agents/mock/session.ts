import { withDeadline } from "../../base/abort.ts";
import { isMaestroError } from "../../base/errors.ts";
import { endAgent, exitSentence, type LaunchedAgent } from "../../contracts/agent-launch.ts";
import type {
  AgentEvent,
  AgentFailure,
  AgentSession,
  SessionRequest,
  TurnResult,
} from "../../contracts/agent-provider.ts";
import { AgentTurns } from "../../contracts/agent-turns.ts";
import type { RunningProcess } from "../../contracts/runtime.ts";
import { NO_USAGE, type TokenUsage, usageSince } from "../../model/usage.ts";
import { readLine, toEvent, toFailureKind } from "./map.ts";
import type { AgentMessage, HostMessage } from "./schema.ts";
import type { TurnEnd } from "./script.ts";

const DEFAULT_GRACE_MS = 2_000;

/** A conversation with one agent process. */
export class MockSession implements AgentSession {
  id = "";
  resumed = false;
  readonly #agent: LaunchedAgent;
  readonly #process: RunningProcess;
  readonly #request: SessionRequest;
  readonly #turns: AgentTurns;
  #onReady: ((session: string) => void) | null = null;
  #proposed = "";
  /** What the session has used in all, as far as it was told. */
  #counted: TokenUsage;
  #stopping: Promise<void> | null = null;

  constructor(agent: LaunchedAgent, request: SessionRequest) {
    this.#agent = agent;
    this.#process = agent.process;
    this.#request = request;
    this.#counted = request.baseline ?? NO_USAGE;
    this.#turns = new AgentTurns(request);
    void agent.process.exited.then((exit) => this.#turns.close("process_exit", exitSentence(exit)));
    agent.listen((line) => this.#receive(line));
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
      if (typeof answer !== "string") return this.#agent.explainExit(answer);
      this.id = answer;
      this.resumed = resume !== null && answer === resume;
      if (!this.resumed) this.#counted = NO_USAGE;
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
    return this.#turns.begin((turn) => this.#send({ type: "turn", turn, prompt }));
  }

  interrupt(): Promise<void> {
    return this.#turns.interrupt(() => this.#send({ type: "interrupt" }));
  }

  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#turns.fail("turn_cancelled", "The session was stopped.");
    const goodbye = (): Promise<void> => this.#process.write(`${JSON.stringify({ type: "stop" })}\n`);
    this.#stopping ??= endAgent(this.#process, this.#request, options.graceMs ?? DEFAULT_GRACE_MS, goodbye);
    return this.#stopping;
  }

  #receive(line: string): void {
    this.#turns.heard();
    const read = readLine(line);
    this.#request.onEvent({ type: "raw", line });
    if (read.kind === "message") this.#take(read.message);
    if (read.kind === "broken") this.#turns.fail("protocol", `The agent broke the protocol: ${read.detail}.`);
  }

  #take(message: AgentMessage): void {
    const turn = this.#turns.current;
    switch (message.type) {
      case "message":
      case "activity":
      case "usage":
        this.#tell(message, toEvent(message));
        return;
      case "ready":
        this.#onReady?.(message.session ?? this.#proposed);
        return;
      case "tool_call":
        if (turn !== null) void this.#answer(message);
        return;
      default:
        if (isEndOf(message, turn)) this.#finish(message);
    }
  }

  #tell(message: AgentMessage, event: AgentEvent): void {
    const isTotal = message.type === "usage" && message.total === true && event.type === "usage";
    this.#turns.tell(isTotal ? { ...event, usage: usageSince(this.#counted, event.usage) } : event);
    if (isTotal) this.#counted = event.usage;
  }

  #finish(end: TurnEnd): void {
    if (end.type === "ask") this.#turns.failByQuestion({ text: end.question, options: [] });
    else if (end.type === "quota") {
      this.#turns.failByAgent("capacity", "The agent's quota is used up.", end.reset_at ?? null);
    } else if (end.status === "completed") this.#turns.complete(end.message);
    else this.#turns.failByAgent(toFailureKind(end.kind), end.message || "The agent says that its turn failed.");
  }

  async #answer(call: Extract<AgentMessage, { type: "tool_call" }>): Promise<void> {
    const { id, name } = call;
    const asked = { id, name, arguments: call.arguments ?? {} };
    const { ok, code, text } = await this.#turns.hold(() => this.#request.callTool(asked));
    await this.#send({ type: "tool_result", id, ok, code, text });
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
      if (isLate) this.#turns.fail("response_timeout", `The agent read nothing for ${limits.responseMs} ms.`);
    }
  }
}

/** Whether this ends the present turn: an agent that names the turn may not end a later one by a late word. */
function isEndOf(message: TurnEnd, turn: number | null): boolean {
  return turn !== null && (message.type !== "turn_end" || message.turn === undefined || message.turn === turn);
}

function failure(kind: AgentFailure["kind"], sentence: string): AgentFailure {
  return { kind, sentence, resetAt: null };
}
