import type { JsonObject } from "../base/json.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { TokenUsage } from "../model/usage.ts";
import type { Runtime } from "./runtime.ts";
import type { ToolCall, ToolDescriptor, ToolResult } from "./tool.ts";

/** What an agent can do. */
export interface AgentCapabilities {
  readonly resume: boolean;
  readonly tools: boolean;
  readonly usage: boolean;
  readonly interrupt: boolean;
}

/** Why a session or a turn failed. Each agent's own words are mapped to these. */
export const AGENT_FAILURES = [
  "agent_not_found",
  "startup_timeout",
  "response_timeout",
  "turn_timeout",
  "turn_failed",
  "turn_cancelled",
  "input_required",
  "capacity",
  "auth",
  "context_overflow",
  "protocol",
  "process_exit",
] as const;
export type AgentFailureKind = (typeof AGENT_FAILURES)[number];

/** A failure of an agent, as a value. */
export interface AgentFailure {
  readonly kind: AgentFailureKind;
  readonly sentence: string;
  /** For `capacity`: when it is worth asking again, epoch milliseconds. */
  readonly resetAt: number | null;
}

/** What happens in a session, normalised. */
export type AgentEvent =
  | { readonly type: "message"; readonly text: string }
  | { readonly type: "activity"; readonly summary: string }
  | { readonly type: "usage"; readonly usage: TokenUsage; readonly model: string | null }
  | { readonly type: "stderr"; readonly text: string }
  | { readonly type: "raw"; readonly line: string };

/** What a session is started with. */
export interface SessionRequest {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute; the agent's working directory (S-161). */
  readonly workspace: string;
  /** Whole environment of the agent: an allow-list made by the host. */
  readonly env: Readonly<Record<string, string>>;
  /** Marker of its processes, see `Runtime.spawn`. */
  readonly marker: string;
  /** `<identifier>: <title>` (S-176). */
  readonly title: string;
  readonly tools: readonly ToolDescriptor[];
  /** Answers every call; never rejects. */
  readonly callTool: (call: ToolCall) => Promise<ToolResult>;
  /** Session to resume, when the agent can; `null` starts a new one. */
  readonly resume: string | null;
  readonly limits: { readonly startupMs: number; readonly responseMs: number; readonly turnSilenceMs: number };
  /** In order; must not throw. */
  readonly onEvent: (event: AgentEvent) => void;
  /** Ends the session's start and its turns. */
  readonly signal: AbortSignal;
}

/** How a turn ended. `failure` is set unless it completed. */
export interface TurnResult {
  readonly status: "completed" | "failed";
  readonly failure: AgentFailure | null;
  readonly finalMessage: string | null;
}

/** A running session. */
export interface AgentSession {
  readonly id: string;
  readonly resumed: boolean;
  /** Prompts and waits for the answer; at most one at a time. Never rejects: failures are in the result. */
  turn(prompt: string): Promise<TurnResult>;
  /** Asks the agent to break off the present turn; the turn then ends. */
  interrupt(): Promise<void>;
  /** Ends the session and all its processes, whatever they do. Bounded; idempotent. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** A session, or why there is none. */
export type SessionStart =
  | { readonly ok: true; readonly session: AgentSession }
  | { readonly ok: false; readonly failure: AgentFailure };

/** One agent kind with its options. */
export interface AgentProvider {
  readonly kind: string;
  readonly capabilities: AgentCapabilities;
  /** Starts or resumes. Never rejects; leaves no process behind when it fails. */
  start(request: SessionRequest): Promise<SessionStart>;
}

/** How an agent provider is made. */
export interface AgentProviderKind {
  readonly kind: string;
  /** Checks and completes `agent_provider.options`; throws `agent_invalid_config` with `path` (keys) in its facts. */
  parseOptions(options: JsonObject): JsonObject;
  open(options: JsonObject): Promise<AgentProvider>;
}
