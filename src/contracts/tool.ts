import type { JsonObject } from "../base/json.ts";
import type { Issue } from "../model/issue.ts";
import type { EventDraft } from "../model/events/envelope.ts";
import type { ResultKind } from "../model/profile.ts";
import type { TrustSettings } from "../model/trust.ts";
import type { RunPurpose } from "../model/run.ts";
import type { RunOutside, ToolCapability } from "./run-outside.ts";

/** What a tool may do outside the run: nothing, something, or something that cannot be taken back. */
export type ToolEffect = "read" | "write" | "destructive";

/** A tool as an agent sees it. Names match `^[a-zA-Z0-9_-]+$`. */
export interface ToolDescriptor {
  readonly name: string;
  readonly description: string;
  /** JSON Schema 2020-12 of the arguments; `additionalProperties: false`. */
  readonly inputSchema: JsonObject;
  /** Whether it changes anything outside the run. */
  readonly mutates: boolean;
  /** Absent: `write` when it mutates, else `read`. */
  readonly effect?: ToolEffect;
  /** What tracker, forge or repository has to be able to do; absent: nothing. */
  readonly capability?: ToolCapability;
}

/** What a tool answers. A failure is an answer too: the turn goes on (S-185, S-190). */
export interface ToolResult {
  readonly ok: boolean;
  /** Stable: `ok`, `invalid_arguments`, `unknown_tool`, `refused`, `failed` … */
  readonly code: string;
  /** For the agent, redacted. */
  readonly text: string;
}

/** What a tool may know and touch: this run and its issue, never a credential. */
export interface ToolContext {
  readonly issue: Issue;
  readonly profile: string;
  readonly completionRoutes: readonly string[];
  readonly deliversChange: boolean;
  /** What `run_result` takes; absent: the profile asks for no result. */
  readonly resultKind?: ResultKind;
  /** The profile's options. */
  readonly profileOptions?: JsonObject;
  /** Why the run exists. */
  readonly purpose?: RunPurpose;
  readonly laneId: string;
  readonly run: number;
  readonly fence: number;
  /** Writes an observation under the run's fence; resolves when it is on record. */
  readonly observe: (event: EventDraft["event"]) => Promise<void>;
  readonly signal: AbortSignal;
  /** A mark that nobody can guess, new with each call, for words of people who are not trusted; absent: such words are left out. */
  readonly nonce?: string;
  /** What becomes of such words, and whose they are; absent: the usual. */
  readonly trust?: TrustSettings;
  /** Tracker, forge and repository, as far as they are this run's; absent where there are none (trials). */
  readonly outside?: RunOutside;
}

/** Whom a tool is described to. */
export type ToolAudience = Pick<ToolContext, "completionRoutes" | "resultKind">;

/** A typed tool. Arguments were validated against the schema before `call`. `call` may throw; the host answers then. */
export interface Tool extends ToolDescriptor {
  /** The schema as runs of one profile see it, where that narrows `inputSchema`. */
  schemaFor?(audience: ToolAudience): JsonObject;
  call(args: JsonObject, context: ToolContext): Promise<ToolResult>;
}

/** A tool call of an agent. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}
