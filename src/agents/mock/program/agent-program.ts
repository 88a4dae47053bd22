import { messageOf } from "../../../base/errors.ts";
import { parseJson } from "../../../base/json.ts";
import { validateHostMessage } from "../schema.gen.ts";
import type { AgentMessage, HostMessage } from "../schema.ts";
import { ScriptPlayer, type StepEffects, type TurnEnd } from "../script.ts";
import type { ProcessEffects } from "./effects.ts";

type StartMessage = Extract<HostMessage, { type: "start" }>;
type ToolAnswer = Extract<HostMessage, { type: "tool_result" }>;

/** What the agent's process does with the host's messages and the system's signals. */
export class AgentProgram {
  readonly #effects: ProcessEffects;
  readonly #calls = new Map<string, (answer: ToolAnswer) => void>();
  #start: StartMessage | null = null;
  #player = new ScriptPlayer([]);
  #interrupt: ((end: TurnEnd) => void) | null = null;
  #deaf = false;
  #called = 0;

  constructor(effects: ProcessEffects) {
    this.#effects = effects;
  }

  /** Takes a line of the host. */
  receive(line: string): void {
    if (this.#deaf) return;
    const message: unknown = parseJson(line);
    if (!validateHostMessage(message)) throw new Error(`no message of protocol version 1: ${line.slice(0, 200)}`);
    switch (message.type) {
      case "start":
        this.#begin(message);
        break;
      case "turn":
        void this.#play(message.turn);
        break;
      case "tool_result":
        this.#calls.get(message.id)?.(message);
        break;
      case "interrupt":
        this.#interrupt?.({ type: "turn_end", status: "failed", message: "interrupted" });
        break;
      case "stop":
        this.#leave(0);
    }
  }

  /** The host has closed the input: nobody listens any more. */
  inputEnded(): void {
    if (!this.#deaf) this.#leave(0);
  }

  /** SIGTERM. */
  terminated(): void {
    if (!this.#deaf) this.#leave(143);
  }

  #begin(start: StartMessage): void {
    this.#start = start;
    this.#player = new ScriptPlayer(start.steps);
    this.#note("start");
    this.#emit({ type: "ready", session: start.session });
  }

  async #play(turn: number): Promise<void> {
    const interrupted = new Promise<TurnEnd>((resolve) => {
      this.#interrupt = resolve;
    });
    const end = await Promise.race([interrupted, this.#steps()]);
    this.#interrupt = null;
    this.#emit(end.type === "turn_end" ? { ...end, turn } : end);
  }

  async #steps(): Promise<TurnEnd> {
    try {
      return await this.#player.turn(this.#stepEffects());
    } catch (error) {
      return { type: "turn_end", status: "failed", message: messageOf(error) };
    }
  }

  #stepEffects(): StepEffects {
    return {
      ...this.#effects,
      emit: (message) => this.#emit(message),
      call: (tool, args) => this.#call(tool, args),
      ignoreSignals: () => this.#ignoreEverything(),
      hang: () => {
        this.#ignoreEverything();
        return new Promise(() => undefined);
      },
      exit: (code) => {
        this.#leave(code);
        return new Promise(() => undefined);
      },
    };
  }

  #call(tool: string, args: unknown): Promise<ToolAnswer> {
    this.#called += 1;
    const id = `call-${this.#called}`;
    return new Promise((resolve) => {
      this.#calls.set(id, (answer) => {
        this.#calls.delete(id);
        resolve(answer);
      });
      this.#emit({ type: "tool_call", id, name: tool, arguments: args });
    });
  }

  /** A deaf agent still plays its script, but for its host it might as well be a wall; only SIGKILL ends it. */
  #ignoreEverything(): void {
    this.#effects.stayAlive();
    this.#deaf = true;
  }

  #emit(message: AgentMessage): void {
    this.#effects.print(`${JSON.stringify(message)}\n`, "stdout");
  }

  #leave(code: number): void {
    this.#note("stop");
    this.#effects.leave(code);
  }

  #note(event: "start" | "stop"): void {
    const log = this.#start?.log;
    if (log) this.#effects.note(log, event);
  }
}
