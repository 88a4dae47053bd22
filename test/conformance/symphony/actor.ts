import type { JsonObject } from "../../../src/base/json.ts";
import type {
  AgentFailure,
  AgentFailureKind,
  AgentProvider,
  AgentProviderKind,
  AgentSession,
  SessionRequest,
  TurnResult,
} from "../../../src/contracts/agent-provider.ts";
import type { ToolResult } from "../../../src/contracts/tool.ts";
import type { News } from "./news.ts";

/** A session as its agent saw it. */
export interface Scene {
  readonly request: SessionRequest;
  readonly issue: string;
  readonly run: number;
  /** What it was prompted with, by turn. */
  readonly prompts: readonly string[];
  readonly isStopped: boolean;
  /** What its tool calls were answered. */
  readonly answers: readonly ToolResult[];
  call(tool: string, args?: JsonObject): Promise<ToolResult>;
}

/** Plays one turn; `undefined` is a completed one. Ends when the run is called off, whatever it does. */
export type Play = (scene: Scene, turn: number) => Promise<TurnResult | undefined>;

/** A turn that goes on until somebody ends it. */
export const onAndOn: Play = () => new Promise(() => undefined);

/** A turn that fails. */
export function fails(sentence = "boom", kind: AgentFailureKind = "turn_failed"): Play {
  return async () => failed(kind, sentence);
}

/** An agent in this process that plays what a test says. A second AgentProvider, for the composed service. */
export class Actor {
  readonly scenes: Scene[] = [];
  /** What its adapter was given, newest last. */
  readonly options: JsonObject[] = [];
  play: Play = async () => undefined;
  /** Why no session can be had now. */
  refusal: AgentFailure | null = null;
  readonly #news: News;

  constructor(news: News) {
    this.#news = news;
  }

  /** The sessions of an issue. */
  of(identifier: string): Scene[] {
    return this.scenes.filter(({ issue }) => issue === identifier);
  }

  /** The issues in the order in which their sessions began. */
  order(): string[] {
    return this.scenes.map(({ issue }) => issue);
  }

  /** The agent under a name of the workflow file. */
  provider(kind: string): AgentProviderKind {
    return {
      kind,
      parseOptions: (options) => {
        this.options.push(options);
        return options;
      },
      open: async () => this.#agent(kind),
    };
  }

  #agent(kind: string): AgentProvider {
    return {
      kind,
      capabilities: { resume: false, tools: true, usage: true, interrupt: true },
      start: async (request) => {
        if (this.refusal !== null) return { ok: false, failure: this.refusal };
        const session = new Session(this, request, this.scenes.length + 1, this.#news);
        this.scenes.push(session);
        this.#news.tell();
        return { ok: true, session };
      },
    };
  }
}

class Session implements AgentSession, Scene {
  readonly id: string;
  readonly resumed = false;
  readonly request: SessionRequest;
  readonly prompts: string[] = [];
  readonly answers: ToolResult[] = [];
  isStopped = false;
  readonly #actor: Actor;
  readonly #news: News;
  readonly #over = new AbortController();

  constructor(actor: Actor, request: SessionRequest, number: number, news: News) {
    this.id = `thread-${number}`;
    this.request = request;
    this.#actor = actor;
    this.#news = news;
    // It may have been called off while it began.
    if (request.signal.aborted) this.#over.abort();
    request.signal.addEventListener("abort", () => this.#over.abort(), { once: true });
  }

  get issue(): string {
    return this.request.env.MAESTRO_ISSUE_IDENTIFIER ?? "";
  }

  get run(): number {
    return Number(this.request.env.MAESTRO_RUN);
  }

  async call(name: string, args: JsonObject = {}): Promise<ToolResult> {
    const answer = await this.request.callTool({ id: `${this.prompts.length}`, name, arguments: args });
    this.answers.push(answer);
    this.#news.tell();
    return answer;
  }

  async turn(prompt: string): Promise<TurnResult> {
    this.prompts.push(prompt);
    this.#news.tell();
    const over = new Promise<TurnResult>((resolve) => {
      const end = (): void => resolve(failed("turn_cancelled", "The run was called off."));
      if (this.#over.signal.aborted) end();
      this.#over.signal.addEventListener("abort", end, { once: true });
    });
    const played = this.#actor.play(this, this.prompts.length);
    return (await Promise.race([played, over])) ?? { status: "completed", failure: null, finalMessage: null };
  }

  async interrupt(): Promise<void> {
    this.#over.abort();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.#over.abort();
    this.#news.tell();
  }
}

function failed(kind: AgentFailureKind, sentence: string): TurnResult {
  return { status: "failed", failure: { kind, sentence, resetAt: null }, finalMessage: null };
}
