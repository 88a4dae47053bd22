import type { JsonObject } from "../base/json.ts";
import type { CapacityWindow } from "../model/capacity.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { McpServer } from "../model/mcp-server.ts";
import type { TokenUsage } from "../model/usage.ts";
import type { Runtime } from "./runtime.ts";
import type { ToolCall, ToolDescriptor, ToolResult } from "./tool.ts";

/** What an agent can do. An optional member that is absent means no. */
export interface AgentCapabilities {
  readonly resume: boolean;
  readonly tools: boolean;
  readonly usage: boolean;
  readonly interrupt: boolean;
  /** Takes a message into a turn that is under way. */
  readonly steer?: boolean;
  /** Tells what its calls cost in money. */
  readonly cost?: boolean;
  /** Limits that it keeps itself; the host keeps all of them anyway. */
  readonly hardCaps?: readonly ("turns" | "tokens" | "cost")[];
  /** Confines its commands itself. */
  readonly sandbox?: boolean;
  /** Asks the host before it acts (`SessionRequest.decide`). */
  readonly approvals?: boolean;
  /** Asks people questions within a turn; the host answers for them. */
  readonly questions?: boolean;
  /** Tells how much of its account's capacity is used. */
  readonly quotaSignals?: boolean;
  /** Tells how full its context is. */
  readonly contextWindow?: boolean;
  /** Takes MCP servers beside the run's own tools (`SessionRequest.mcpServers`). */
  readonly mcpServers?: boolean;
  /** How typed tools reach it: over the session's own protocol (default), or from the run's tool server. */
  readonly toolChannel?: "session" | "mcp";
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

/** What an agent wants to know of a person, in its own words. */
export interface AgentQuestion {
  readonly text: string;
  /** Answers to choose from; none: any. */
  readonly options: readonly string[];
}

/** A failure of an agent, as a value. */
export interface AgentFailure {
  readonly kind: AgentFailureKind;
  readonly sentence: string;
  /** For `capacity`: when it is worth asking again, epoch milliseconds. */
  readonly resetAt: number | null;
  /** For `input_required`: what the agent asks, where it says so. */
  readonly question?: AgentQuestion;
}

/** The parts of a usage that some agents tell apart. Tokens; money in US dollars as the agent itself counts it. */
export interface UsageDetails {
  /** Part of the input that was read from the provider's cache. */
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  /** Part of the output that was reasoning. */
  readonly reasoningTokens?: number;
  readonly costUsd?: number;
}

/**
 * What happens in a session, normalised. Commands, file changes and messages are what the agent claims (witness `agent`). All but `turn`, `capacity`,
 * `context`, `alive`, `stderr` and `raw` count as progress.
 */
export type AgentEvent =
  | { readonly type: "message"; readonly text: string }
  | { readonly type: "activity"; readonly summary: string }
  | {
      readonly type: "usage";
      readonly usage: TokenUsage;
      readonly model: string | null;
      readonly details?: UsageDetails;
    }
  /** The agent's own id of the turn that is under way. */
  | { readonly type: "turn"; readonly id: string }
  /** The model was asked once more. */
  | { readonly type: "model_call" }
  /** A shell command of the agent; while one is known to run, silence is no stall. */
  | {
      readonly type: "command";
      readonly id: string;
      readonly command: string;
      readonly state: "started" | "finished";
      readonly exitCode: number | null;
    }
  | { readonly type: "file_change"; readonly path: string; readonly change: "added" | "changed" | "removed" }
  /** A tool of the agent's own or of ours; `fingerprint` is a hash of name and arguments, for finding loops. */
  | {
      readonly type: "tool";
      readonly id: string;
      readonly name: string;
      readonly fingerprint: string;
      readonly state: "started" | "finished";
      readonly ok: boolean | null;
    }
  /** A window of the account's capacity: the share used (0…1) and when it is new, epoch milliseconds. */
  | ({ readonly type: "capacity" } & CapacityWindow)
  | { readonly type: "context"; readonly usedTokens: number; readonly windowTokens: number | null }
  /** It lives, which is not to say that it gets on: heartbeats, retries, status lines. */
  | { readonly type: "alive"; readonly what: string }
  | { readonly type: "stderr"; readonly text: string }
  | { readonly type: "raw"; readonly line: string };

/** What an agent wants to be allowed, or to know, in the middle of a turn. */
export interface PermissionRequest {
  readonly kind: "command" | "file_change" | "network" | "tool" | "question" | "other";
  /** One line for the record, e.g. the command. */
  readonly summary: string;
  /** The agent's own request, for policy that knows it. */
  readonly details: JsonObject;
  /** For a question: what people can be asked in the agent's place. Absent: it has no words for them. */
  readonly question?: AgentQuestion;
}

/** The host's answer to it. A question is answered by `reason` with a refusal: nobody is there. */
export interface PermissionAnswer {
  readonly decision: "allow" | "refuse";
  readonly reason: string;
}

/** A login of an agent: where its state lies, and where this machine's own login is found. */
export interface AgentAccount {
  readonly name: string;
  /** Absolute; shared by all runs on this account, kept between them. */
  readonly stateDirectory: string;
  /** The home of the user that Maestro runs as. */
  readonly userHome: string;
}

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
  readonly limits: {
    readonly startupMs: number;
    readonly responseMs: number;
    readonly turnSilenceMs: number;
    /** From a prompt to the first event that counts as progress. Absent: silence alone is bounded. */
    readonly firstOutputMs?: number;
    /** A whole turn, whatever happens in it. Absent: only the run is bounded. */
    readonly turnTotalMs?: number;
    /** How long a command that is known to run excuses silence. Absent: not at all. */
    readonly commandMs?: number;
  };
  /** The run's tool server, for agents with the channel `mcp`. The token is the run's identity and is registered for redaction. */
  readonly toolServer?: {
    readonly url: string;
    readonly token: string;
    /** Resolves when the list of tools was asked for; only where somebody waits for it. */
    readonly listed?: Promise<void>;
  };
  /** For agents with `mcpServers`; started and ended by the agent. Consented to by this machine's user, so their tools need no further leave. */
  readonly mcpServers?: readonly McpServer[];
  /** Answers what an agent asks within a turn, in bounded time. Never rejects. Absent: everything is refused. */
  readonly decide?: (request: PermissionRequest) => Promise<PermissionAnswer>;
  /** Absent: the agent's own defaults. */
  readonly account?: AgentAccount;
  /** The run's own folder for temporary files, removed after it. Absent: the runtime's. */
  readonly temporaryDirectory?: string;
  /** What the resumed session had used when it was last heard of, so that its totals are not counted twice. */
  readonly baseline?: TokenUsage;
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
  /** Version of the agent's program, when it tells. */
  readonly version?: string;
  /** Whatever has to be remembered beside the id for a resume: totals as the agent counts them. */
  baseline?(): TokenUsage;
  /** Says something into the present turn. */
  steer?(text: string): Promise<void>;
  /** Asks the agent to break off the present turn; the turn then ends. */
  interrupt(): Promise<void>;
  /** Ends the session and all its processes, whatever they do. Bounded; idempotent. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** A session, or why there is none. */
export type SessionStart =
  | { readonly ok: true; readonly session: AgentSession }
  | { readonly ok: false; readonly failure: AgentFailure };

/** What a look at an agent shows without asking its model anything. */
export interface AgentProbe {
  readonly ok: boolean;
  /** The program as found, e.g. its path. */
  readonly program: string | null;
  readonly version: string | null;
  /** Versions that the adapter was tested with, as a semver range. */
  readonly tested: string;
  /** Which login a session would use, never its value. */
  readonly login: string | null;
  /** One entry per step: program, version, handshake, tools, stop. */
  readonly steps: readonly {
    readonly id: string;
    readonly ok: boolean;
    readonly ms: number;
    readonly sentence: string;
  }[];
}

/** A program that a person logs in with. */
export interface LoginCommand {
  readonly argv: readonly string[];
  /** Where it keeps what it is given; added to the person's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** One agent kind with its options. */
export interface AgentProvider {
  readonly kind: string;
  readonly capabilities: AgentCapabilities;
  /** Keeps a state and a login of its own: it is given an account, a home and a folder for temporary files. */
  readonly hasOwnHome?: boolean;
  /** Its own program by which a person logs in, so that the login comes to lie in the account's folder. Absent: it has none. */
  readonly login?: (account: AgentAccount) => LoginCommand;
  /** Starts or resumes. Never rejects; leaves no process behind when it fails. */
  start(request: SessionRequest): Promise<SessionStart>;
  /** Starts the program, shakes hands, lets it list its tools, ends it. Bounded; never rejects; leaves no process. */
  probe?(request: Omit<SessionRequest, "resume" | "baseline">): Promise<AgentProbe>;
  /** Names of files and folders that this agent leaves in a workspace and that belong to nobody's change; relative, removed before diffs. */
  readonly litter?: readonly string[];
}

/** How an agent provider is made. */
export interface AgentProviderKind {
  readonly kind: string;
  /** Names of capabilities that each of this kind has, whatever its options; asked when a workflow is loaded. Absent: not known. */
  readonly can?: readonly string[];
  /** Checks and completes `agent_provider.options`; throws `agent_invalid_config` with `path` (keys) in its facts. */
  parseOptions(options: JsonObject): JsonObject;
  open(options: JsonObject): Promise<AgentProvider>;
}
