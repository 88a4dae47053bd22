/** The four protocols in which agents ask models. */
export type ModelApi = "responses" | "messages" | "completions" | "gemini";

/** Failures that a provider answers with, each in its own words. */
export type FailureKind =
  | "unauthorized"
  | "bad_request"
  | "model_not_found"
  | "rate_limited"
  | "usage_limit"
  | "overloaded"
  | "server_error"
  | "context_overflow";

/** Tokens as the script means them; each protocol counts them in its own way. */
export interface ScriptedUsage {
  /** Not from the cache. */
  readonly input: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** With reasoning. */
  readonly output: number;
  readonly reasoning?: number;
}

/** What the scripted model does next. Text and tools make up one answer; a failure stands alone. */
export type ModelStep =
  | { readonly text: string }
  | { readonly thinking: string }
  /** Calls a tool by the name under which the agent offers it; `namespace` as Codex groups MCP tools. */
  | { readonly tool: string; readonly args: object; readonly namespace?: string }
  | { readonly usage: ScriptedUsage }
  | { readonly fail: FailureKind; readonly headers?: Readonly<Record<string, string>> }
  | { readonly delayMs: number }
  /** Sends what came before and then nothing, until the client goes away. */
  | { readonly hang: true }
  /** Cuts the connection in the middle of the answer. */
  | { readonly drop: true };

/** A tool's result as the agent sent it back. */
export interface ToolOutcome {
  readonly id: string;
  readonly text: string;
}

/** A request as the script sees it. Decide on what is in it, never on its number: agents make side calls and try again. */
export interface ModelRequest {
  readonly api: ModelApi;
  readonly model: string;
  /** Names of the tools on offer; those of a namespace as `namespace/name`. */
  readonly tools: readonly string[];
  /** The last thing that the user said. */
  readonly said: string;
  /** Everything that stands in the conversation as text, for scripts that look for a word. */
  readonly everything: string;
  /** Results that came in since then, in order. */
  readonly outcomes: readonly ToolOutcome[];
  /** `Authorization` or the like, as sent. */
  readonly credential: string | null;
}

/** Decides what the model answers. */
export type ModelScript = (request: ModelRequest) => readonly ModelStep[] | Promise<readonly ModelStep[]>;

/** The usage of an answer that names none. */
export const SOME_USAGE: ScriptedUsage = { input: 100, output: 20 };
