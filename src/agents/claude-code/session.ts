import { withDeadline } from "../../base/abort.ts";
import { isMaestroError, MaestroError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { endAgent, exitSentence, type LaunchedAgent } from "../../contracts/agent-launch.ts";
import type { AgentFailure, AgentSession, SessionRequest, TurnResult } from "../../contracts/agent-provider.ts";
import { AgentTurns, plainPrompt } from "../../contracts/agent-turns.ts";
import { capacityEvent, chatEvents, elicitationOf, failureOf, permissionOf, readLine } from "./map.ts";
import type { ChatMessage, HostAsked, SystemNote, TurnEnded } from "./schema.ts";
import { TurnUsage } from "./usage.ts";

const DEFAULT_GRACE_MS = 2_000;
/** Name under which it knows the run's tool server. */
export const SERVER = "maestro";

/** A conversation with one process of Claude Code. */
export class ClaudeSession implements AgentSession {
  readonly id: string;
  readonly resumed: boolean;
  version?: string;
  readonly #agent: LaunchedAgent;
  readonly #request: SessionRequest;
  readonly #turns: AgentTurns;
  readonly #usage = new TurnUsage();
  readonly #release: () => Promise<void>;
  readonly #waiting = new Map<string, (answer: JsonObject | MaestroError) => void>();
  #asked = 0;
  /** It works on a prompt, as far as it has told: also on one whose turn is over for its host. */
  #isBusy = false;
  /** Message of the model that was heard last: each is one call, told in as many pieces as it has blocks. */
  #call = "";
  #said: string | null = null;
  #resetAt: number | null = null;
  #stopping: Promise<void> | null = null;

  /** `release` gives the session's lock back once no process has it any more. */
  constructor(
    agent: LaunchedAgent,
    request: SessionRequest,
    session: { readonly id: string; readonly resumed: boolean; readonly release: () => Promise<void> },
  ) {
    this.id = session.id;
    this.resumed = session.resumed;
    this.#release = session.release;
    this.#agent = agent;
    this.#request = request;
    this.#turns = new AgentTurns(request);
    void agent.process.exited.then((exit) => {
      const gone = new MaestroError({ code: "process_exit", message: exitSentence(exit) });
      for (const settle of this.#waiting.values()) settle(gone);
      this.#turns.close("process_exit", exitSentence(exit));
    });
    agent.listen((line) => this.#receive(line));
  }

  /** Shakes hands; returns why that did not work. */
  async open(): Promise<AgentFailure | null> {
    const { limits, signal } = this.#request;
    try {
      const said = await this.#control({ subtype: "initialize", hooks: null }, limits.startupMs);
      const version = isJsonObject(said.response) ? said.response.claude_code_version : undefined;
      if (typeof version === "string") this.version = version;
      return null;
    } catch (error) {
      if (signal.aborted) return failure("turn_cancelled", "The session was called off while it began.");
      if (isMaestroError(error) && error.code === "deadline") {
        return failure("startup_timeout", `Claude Code was not ready within ${limits.startupMs} ms.`);
      }
      if (isMaestroError(error) && error.code === "process_exit") {
        return this.#agent.explainExit(await this.#agent.process.exited);
      }
      return failure("protocol", error instanceof Error ? error.message : String(error));
    }
  }

  turn(prompt: string): Promise<TurnResult> {
    this.#said = null;
    this.#call = "";
    return this.#turns.begin(() => {
      this.#isBusy = true;
      return this.#send({
        type: "user",
        message: { role: "user", content: [{ type: "text", text: plainPrompt(prompt) }] },
        parent_tool_use_id: null,
        session_id: this.id,
      });
    });
  }

  interrupt(): Promise<void> {
    return this.#turns.interrupt(() => this.#interrupt());
  }

  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#turns.fail("turn_cancelled", "The session was stopped.");
    this.#stopping ??= this.#end(options.graceMs ?? DEFAULT_GRACE_MS, this.#isBusy);
    return this.#stopping;
  }

  async #end(graceMs: number, wasBusy: boolean): Promise<void> {
    // Without it a busy one works on to the end of its turn after its input was closed.
    await endAgent(this.#agent.process, this.#request, graceMs, async () => {
      if (wasBusy) await this.#interrupt();
    });
    await this.#release();
  }

  #receive(line: string): void {
    this.#turns.heard();
    const read = readLine(line);
    switch (read.kind) {
      case "chat":
        this.#chat(read.message);
        return;
      case "end":
        this.#finish(read.message);
        return;
      case "system":
        this.#note(read.message);
        return;
      case "limit": {
        const event = capacityEvent(read.message);
        this.#resetAt = event.resetAt ?? this.#resetAt;
        this.#turns.tell(event);
        return;
      }
      case "asked":
        void this.#answer(read.message);
        return;
      case "answered": {
        const { request_id: id, subtype, error } = read.message.response;
        const refusal = new MaestroError({ code: "control_refused", message: error ?? subtype });
        this.#waiting.get(id)?.(subtype === "success" ? { ...toObject(read.message.response) } : refusal);
        return;
      }
      case "alive":
        this.#turns.tell({ type: "alive", what: read.what });
        return;
      case "noise":
        this.#request.onEvent({ type: "raw", line });
    }
  }

  #chat(message: ChatMessage): void {
    const { id = "" } = message.message;
    if (message.error != null) this.#said = message.error;
    else if (message.type === "assistant" && id !== this.#call) {
      this.#call = id;
      this.#turns.tell({ type: "model_call" });
    }
    const used = message.type === "assistant" && message.error == null ? this.#usage.heard(message.message) : [];
    for (const event of [...used, ...chatEvents(message)]) this.#turns.tell(event);
  }

  #finish(end: TurnEnded): void {
    this.#isBusy = false;
    for (const event of this.#usage.settle(end)) this.#turns.tell(event);
    const why = failureOf(end, this.#said);
    if (why === null) this.#turns.complete(end.result ?? undefined);
    else this.#turns.failByAgent(why.kind, why.sentence, why.kind === "capacity" ? this.#resetAt : null);
  }

  /** At the start of each turn it says which tool servers it has. It would go on without ours, and could never hand off. */
  #note({ subtype, claude_code_version: version, mcp_servers: servers = [] }: SystemNote): void {
    if (version !== undefined) this.version = version;
    const ours = servers.find(({ name }) => name === SERVER);
    if (subtype === "init" && this.#request.toolServer !== undefined && ours?.status !== "connected") {
      this.#turns.fail("protocol", `Claude Code could not reach its tools: ${ours?.status ?? "not configured"}.`);
      void this.#interrupt().catch(() => undefined);
      return;
    }
    this.#turns.tell({ type: "alive", what: subtype });
  }

  async #answer(asked: HostAsked): Promise<void> {
    const { request_id: id, request } = asked;
    if (request.subtype === "elicitation") {
      await this.#turns.hold(async () => this.#request.decide?.(elicitationOf(asked)));
      const response = { action: "decline" };
      return this.#send({ type: "control_response", response: { subtype: "success", request_id: id, response } });
    }
    if (request.subtype !== "can_use_tool") {
      const error = `Maestro does not serve ${request.subtype}.`;
      return this.#send({ type: "control_response", response: { subtype: "error", request_id: id, error } });
    }
    const answer = await this.#turns.hold(async () => this.#request.decide?.(permissionOf(asked)));
    const response =
      answer?.decision === "allow"
        ? { behavior: "allow", updatedInput: toObject(request.input) }
        : { behavior: "deny", message: answer?.reason ?? "Nobody is there to allow it.", interrupt: false };
    return this.#send({ type: "control_response", response: { subtype: "success", request_id: id, response } });
  }

  async #interrupt(): Promise<void> {
    await this.#control({ subtype: "interrupt" }, this.#request.limits.responseMs);
  }

  /** Asks the program itself. Throws `deadline`, `process_exit`, `control_refused`. */
  async #control(request: JsonObject, ms: number): Promise<JsonObject> {
    this.#asked += 1;
    const id = `maestro_${this.#asked}`;
    try {
      return await withDeadline(this.#request.clock, ms, undefined, async () => {
        const answered = new Promise<JsonObject | MaestroError>((resolve) => this.#waiting.set(id, resolve));
        await this.#send({ type: "control_request", request_id: id, request });
        const answer = await answered;
        if (answer instanceof MaestroError) throw answer;
        return answer;
      });
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Rejects when nobody reads any more. */
  #send(message: JsonObject): Promise<void> {
    return this.#agent.process.write(`${JSON.stringify(message)}\n`);
  }
}

function toObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function failure(kind: AgentFailure["kind"], sentence: string): AgentFailure {
  return { kind, sentence, resetAt: null };
}
