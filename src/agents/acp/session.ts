import type { JsonObject, JsonValue } from "../../base/json.ts";
import { METHOD_NOT_FOUND, RpcPeer, RpcRefusal } from "../../base/json-rpc.ts";
import { toMaestroError } from "../../base/errors.ts";
import { endAgent, exitSentence, type LaunchedAgent } from "../../contracts/agent-launch.ts";
import type { AgentEvent, AgentSession, SessionRequest, TurnResult } from "../../contracts/agent-provider.ts";
import { AgentTurns, plainPrompt } from "../../contracts/agent-turns.ts";
import { NO_USAGE, type TokenUsage } from "../../model/usage.ts";
import { chunkText, failureOf, optionFor, permissionOf, questionOf, stopFailure, usageOf } from "./map.ts";
import { validatePermissionAsked, validatePromptEnd, validateSessionUpdate } from "./schema.gen.ts";
import type { SessionUpdate } from "./schema.ts";
import { Speech } from "./speech.ts";
import { ToolCalls, type ToolCallPart } from "./tool-calls.ts";
import { Totals } from "./totals.ts";

/** Name under which the agent knows the run's tool server. */
export const SERVER = "maestro";
const DEFAULT_GRACE_MS = 2_000;
/** Silence after which a loaded session's history is taken for told, and the longest wait for that, milliseconds. */
const QUIET_MS = 500;
const HISTORY_MS = 5_000;
/** The end of a turn is bounded by silence and by the run, not by its length; timers know no longer wait than this, milliseconds. */
const LONGEST_TURN_MS = 2 ** 31 - 1;

/** Asks for the totals of a session where ACP itself does not tell them; `null` when they cannot be had. */
export type ReadTotals = (
  sessionId: string,
) => Promise<{ readonly usage: TokenUsage; readonly costUsd: number } | null>;

/** A conversation with one agent over ACP. */
export class AcpSession implements AgentSession {
  id = "";
  resumed = false;
  version?: string;
  readonly #agent: LaunchedAgent;
  readonly #request: SessionRequest;
  readonly #peer: RpcPeer;
  readonly #turns: AgentTurns;
  readonly #speech: Speech;
  readonly #totals: Totals;
  readonly #readTotals: ReadTotals | null;
  /** While an old session is loaded, and shortly after it, the agent tells its history again. */
  #isListening = false;
  /** When it told something last, on the monotonic clock. */
  #updatedAt = 0;
  #isNewCall = true;
  /** It works on a prompt, as far as it has told: also on one whose turn is over for its host. */
  #isBusy = false;
  /** Totals are being asked for in the middle of a turn. */
  #counting: Promise<void> | null = null;
  readonly #toolCalls = new ToolCalls();
  #stopping: Promise<void> | null = null;

  constructor(agent: LaunchedAgent, request: SessionRequest, readTotals: ReadTotals | null) {
    this.#agent = agent;
    this.#request = request;
    this.#readTotals = readTotals;
    this.#turns = new AgentTurns(request);
    this.#speech = new Speech((event) => this.#turns.tell(event));
    this.#totals = new Totals(request.baseline ?? NO_USAGE, (event) => this.#turns.tell(event));
    this.#peer = new RpcPeer({
      clock: request.clock,
      versioned: true,
      write: (line) => agent.process.write(`${line}\n`),
      onRequest: (method, params) => this.#answer(method, params),
      onNotification: (method, params) => this.#hear(method, params),
      onNoise: (line) => request.onEvent({ type: "raw", line }),
    });
    void agent.process.exited.then((exit) => {
      this.#peer.close(exitSentence(exit));
      this.#turns.close("process_exit", exitSentence(exit));
    });
    agent.listen((line) => {
      this.#turns.heard();
      this.#peer.receive(line);
    });
  }

  /** Asks the agent before the first turn. Throws the peer's codes. */
  ask(method: string, params: JsonObject): Promise<JsonValue> {
    const { limits, signal } = this.#request;
    return this.#peer.request(method, params, limits.startupMs, signal);
  }

  /** The turns are about this session. */
  begin(id: string, resumed: boolean): void {
    this.id = id;
    this.resumed = resumed;
    if (!resumed) this.#totals.startAnew();
  }

  baseline(): TokenUsage {
    return this.#totals.usage;
  }

  /**
   * Waits until the agent has told the history of a loaded session: some answer the request before they have, and what comes late would count
   * as the answer to the first prompt. There is no sign of its end, so that a silence is taken for one.
   */
  async historyTold(): Promise<void> {
    const { clock, signal } = this.#request;
    const begun = clock.monotonic();
    this.#updatedAt = begun;
    for (let now = begun; now - this.#updatedAt < QUIET_MS && now - begun < HISTORY_MS; now = clock.monotonic()) {
      await clock.sleep(QUIET_MS / 5, signal);
    }
  }

  turn(prompt: string): Promise<TurnResult> {
    this.#isListening = true;
    this.#isNewCall = true;
    return this.#turns.begin(() => this.#prompt(plainPrompt(prompt)));
  }

  interrupt(): Promise<void> {
    return this.#turns.interrupt(() => this.#peer.notify("session/cancel", { sessionId: this.id }));
  }

  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    const wasBusy = this.#isBusy;
    this.#turns.fail("turn_cancelled", "The session was stopped.");
    const goodbye = async (): Promise<void> => {
      if (wasBusy) await this.#peer.notify("session/cancel", { sessionId: this.id });
    };
    this.#stopping ??= endAgent(this.#agent.process, this.#request, options.graceMs ?? DEFAULT_GRACE_MS, goodbye);
    return this.#stopping;
  }

  async #prompt(text: string): Promise<void> {
    const params = { sessionId: this.id, prompt: [{ type: "text", text }] };
    try {
      this.#isBusy = true;
      // Not ended by the run's signal: the answer tells that the agent works no more.
      const end = await this.#peer.request("session/prompt", params, LONGEST_TURN_MS);
      this.#isBusy = false;
      this.#speech.end();
      if (!validatePromptEnd(end)) {
        this.#turns.fail("protocol", "The agent ended its turn without a reason to stop.");
        return;
      }
      await this.#counting;
      await this.#count(usageOf(end));
      const failure = stopFailure(end.stopReason);
      if (failure === null) this.#turns.complete(this.#speech.last ?? undefined);
      else this.#turns.failByAgent(failure.kind, failure.sentence);
    } catch (error) {
      this.#speech.end();
      await this.#counting;
      await this.#count(null);
      const { kind, sentence } = failureOf(toMaestroError(error));
      // The end of the process has its own reason, which comes with it.
      if (kind !== "process_exit") this.#turns.failByAgent(kind, sentence);
    }
  }

  /** Limits have to hold within a turn too: where totals can be asked for, they are after each tool. */
  #countSoon(): void {
    if (this.#readTotals === null) return;
    this.#counting ??= this.#count(null).finally(() => {
      this.#counting = null;
    });
  }

  /** Where totals can be asked for they outweigh what the agent says of one prompt, which may be of its last step only. */
  async #count(said: ReturnType<typeof usageOf>): Promise<void> {
    const totals = this.#readTotals === null ? null : await this.#readTotals(this.id);
    if (totals !== null) this.#totals.reach(totals.usage, totals.costUsd);
    else if (said !== null) this.#totals.add(said.usage, said.details);
  }

  #hear(method: string, params: JsonObject): void {
    if (method !== "session/update" || !validateSessionUpdate(params)) {
      this.#turns.tell({ type: "alive", what: method });
      return;
    }
    this.#updatedAt = this.#request.clock.monotonic();
    if (this.#isListening && params.sessionId === this.id) this.#take(params.update);
  }

  #take(update: SessionUpdate["update"]): void {
    switch (update.sessionUpdate) {
      case "agent_message_chunk":
      case "agent_thought_chunk":
        this.#countCall();
        this.#speech.add(update.sessionUpdate === "agent_message_chunk" ? "message" : "thought", chunkText(update));
        return;
      case "tool_call":
      case "tool_call_update":
        this.#speech.end();
        this.#countCall();
        this.#noteTool(update);
        return;
      case "usage_update":
        this.#turns.tell({ type: "context", usedTokens: update.used ?? 0, windowTokens: update.size ?? null });
        if (this.#readTotals === null && update.cost != null) this.#totals.cost(update.cost.amount);
        return;
      default:
        this.#turns.tell({ type: "alive", what: update.sessionUpdate });
    }
  }

  /** Takes a part of what is told of a call; `isAsked`: its agent waits for leave, so that more will not come before. */
  #noteTool(part: ToolCallPart, isAsked = false): void {
    for (const event of this.#toolCalls.take(part, isAsked)) this.#note(event);
  }

  #note(event: AgentEvent): void {
    // What a tool answered goes back to the model: what comes next is of a new call.
    if (event.type === "tool" && event.state === "finished") {
      this.#isNewCall = true;
      this.#countSoon();
    }
    this.#turns.tell(event);
  }

  /** ACP does not tell calls of the model: what the agent says first, and first after a tool, is of a new one. */
  #countCall(): void {
    if (!this.#isNewCall) return;
    this.#isNewCall = false;
    this.#turns.tell({ type: "model_call" });
  }

  async #answer(method: string, params: JsonObject): Promise<JsonValue> {
    if (method === "session/request_permission" && validatePermissionAsked(params)) {
      const answer = await this.#turns.hold(async () => this.#request.decide?.(permissionOf(params)));
      if (answer?.decision === "allow") this.#noteTool(params.toolCall, true);
      const optionId = optionFor(params, answer?.decision === "allow");
      return { outcome: optionId === null ? { outcome: "cancelled" } : { outcome: "selected", optionId } };
    }
    if (method === "elicitation/create") {
      await this.#turns.hold(async () => this.#request.decide?.(questionOf(params)));
      return { action: "decline" };
    }
    throw new RpcRefusal(METHOD_NOT_FOUND, `${method} is not served here.`);
  }
}
