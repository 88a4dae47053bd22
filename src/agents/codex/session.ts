import { toMaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { endAgent, exitSentence, type LaunchedAgent } from "../../contracts/agent-launch.ts";
import type { AgentFailure, AgentSession, SessionRequest, TurnResult } from "../../contracts/agent-provider.ts";
import { AgentTurns } from "../../contracts/agent-turns.ts";
import type { TokenUsage } from "../../model/usage.ts";
import { CodexClient } from "./client.ts";
import { type LoginWatch, removeStubs } from "./home.ts";
import { openThread, type OpenThread, toStartFailure } from "./opening.ts";
import { answerRequest } from "./requests.ts";
import { validateTurnBegun } from "./schema.gen.ts";
import type { CodexOptions } from "./schema.ts";
import { ThreadReader } from "./thread-reader.ts";
import { turnParameters } from "./thread-settings.ts";

const DEFAULT_GRACE_MS = 2_000;

/** What was found on the machine before the program was started. */
export interface SessionPlace {
  /** The workspace is a repository of its own. */
  readonly hasRepository: boolean;
  readonly login: LoginWatch;
  /** The options, with what the repository says to agents. */
  readonly options: CodexOptions;
}

/** What a session is made from beside its process. */
interface SessionParts extends SessionPlace {
  readonly request: SessionRequest;
}

/** A thread of Codex in a process of its own. */
export class CodexSession implements AgentSession {
  id = "";
  resumed = false;
  version?: string;
  readonly #agent: LaunchedAgent;
  readonly #parts: SessionParts;
  readonly #turns: AgentTurns;
  readonly #client: CodexClient;
  #reader: ThreadReader | null = null;
  #early: { readonly method: string; readonly params: JsonObject }[] = [];
  #stopping: Promise<void> | null = null;

  constructor(agent: LaunchedAgent, parts: SessionParts) {
    const { request } = parts;
    this.#agent = agent;
    this.#parts = parts;
    this.#turns = new AgentTurns(request);
    this.#client = new CodexClient(agent, request, {
      onLine: () => this.#turns.heard(),
      onRequest: (method, params) => this.#turns.hold(() => answerRequest(method, params, request)),
      onNotification: (method, params) => this.#take(method, params),
      onNoise: (line) => request.onEvent({ type: "raw", line }),
    });
    void agent.process.exited.then((exit) => this.#turns.close("process_exit", exitSentence(exit)));
  }

  /** Opens the thread; returns why there is none. */
  async open(): Promise<AgentFailure | null> {
    const { options, request } = this.#parts;
    try {
      this.#begin(await openThread(this.#client, options, request));
      return null;
    } catch (error) {
      return toStartFailure(error, this.#agent);
    }
  }

  async turn(prompt: string): Promise<TurnResult> {
    const isFree = this.#turns.current === null;
    const result = await this.#turns.begin(() => this.#ask(prompt));
    if (!isFree) return result;
    this.#reader?.leaveTurn();
    // A turn that was given up on this side would take the next prompt for a word in between.
    if (this.#reader?.turnId != null) void this.#breakOff().catch(() => undefined);
    return this.#judgeLogin(result);
  }

  async steer(text: string): Promise<void> {
    const turnId = this.#reader?.turnId;
    if (turnId == null) return;
    await this.#client.ask("turn/steer", { threadId: this.id, expectedTurnId: turnId, input: inputOf(text) });
  }

  interrupt(): Promise<void> {
    return this.#turns.interrupt(() => this.#breakOff());
  }

  baseline(): TokenUsage {
    return this.#reader?.ledger.totals() ?? { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  }

  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#end(options.graceMs ?? DEFAULT_GRACE_MS);
    return this.#stopping;
  }

  #begin(thread: OpenThread): void {
    const { request } = this.#parts;
    this.id = thread.id;
    this.resumed = thread.resumed;
    if (thread.version !== null) this.version = thread.version;
    if (thread.lost !== null) {
      const summary = `The session ${request.resume} cannot be resumed (${thread.lost}); a new one was begun.`;
      request.onEvent({ type: "activity", summary });
    }
    this.#reader = new ThreadReader(thread, request, this.#turns);
    for (const { method, params } of this.#early.splice(0)) this.#reader.take(method, params);
  }

  #take(method: string, params: JsonObject): void {
    // What comes before the thread is known may be about it already, e.g. the totals of a resumed one.
    if (this.#reader === null) this.#early.push({ method, params });
    else this.#reader.take(method, params);
  }

  async #ask(prompt: string): Promise<void> {
    const { options, request, hasRepository } = this.#parts;
    this.#reader?.expectTurn();
    try {
      const answer = await this.#client.ask("turn/start", {
        threadId: this.id,
        input: inputOf(prompt),
        ...turnParameters(options, request, hasRepository),
      });
      if (!validateTurnBegun(answer)) this.#turns.fail("protocol", "Codex began a turn without telling its id.");
    } catch (error) {
      const { code, message } = toMaestroError(error);
      if (code === "response_timeout") this.#turns.fail(code, message);
      else if (code === "rpc_error") this.#turns.failByAgent("protocol", `Codex refused the turn: ${message}`);
      // Otherwise the process has ended, which ends the turn.
    }
  }

  /**
   * Of two processes that renew one login at the same moment, the later one is refused as if it had none, while the login is well: that
   * goes away by trying again. A login that is dead fails the next session before anybody renews it.
   */
  async #judgeLogin(result: TurnResult): Promise<TurnResult> {
    const { failure } = result;
    if (failure?.kind !== "auth" || !(await this.#parts.login.isRenewed())) return result;
    const sentence = `The login was renewed while Codex was using it: ${failure.sentence}`;
    return { ...result, failure: { ...failure, kind: "turn_failed", sentence } };
  }

  /** Ends Codex's turn, and the commands that it would leave running. */
  async #breakOff(): Promise<void> {
    const turnId = await this.#reader?.begunTurn();
    if (turnId == null) return;
    await this.#client.ask("turn/interrupt", { threadId: this.id, turnId });
    await this.#client.ask("thread/backgroundTerminals/clean", { threadId: this.id });
  }

  async #end(graceMs: number): Promise<void> {
    const { request } = this.#parts;
    const isBusy = this.#reader?.turnId != null;
    this.#turns.fail("turn_cancelled", "The session was stopped.");
    await endAgent(this.#agent.process, request, graceMs, async () => {
      if (isBusy) await this.#breakOff();
    });
    await removeStubs(request).catch((error: unknown) => {
      request.log.warn("folders of Codex's sandbox are left in a workspace", { error: toMaestroError(error) });
    });
  }
}

function inputOf(text: string): JsonObject[] {
  return [{ type: "text", text, text_elements: [] }];
}
