import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { Tool, ToolCall, ToolContext, ToolDescriptor, ToolResult } from "../contracts/tool.ts";
import type { EventOf } from "../model/events/index.ts";
import type { CompletionSignal } from "../model/run.ts";

/** What the toolbox is built from. */
export interface ToolboxParts {
  /** Default: the built-in ones. */
  readonly tools?: readonly Tool[];
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Longest time of one call, milliseconds. Default 60,000. */
  readonly deadlineMs?: number;
}

/** The typed tools that agents get. */
export interface Toolbox {
  /** The tools of these names, in this order. Throws `unsupported_tool`, naming the known ones. */
  descriptors(names: readonly string[]): readonly ToolDescriptor[];
  /** Answers a call of a run that was given the tools `names`. Bounded; never rejects; each call is observed. */
  call(call: ToolCall, names: readonly string[], context: ToolContext): Promise<ToolResult>;
}

export declare function createToolbox(parts: ToolboxParts): Toolbox;
/** How a run ends by its signals, in the order in which they were recorded. */
export declare function judgeSignals(records: readonly EventOf<"signal_recorded">["data"][]): CompletionSignal;
