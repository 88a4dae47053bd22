import { withDeadline } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import { MaestroError, toMaestroError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import { cutBytes } from "../base/jsonl.ts";
import type { Log } from "../base/log.ts";
import type { SecretRegistry } from "../base/redact.ts";
import type { Tool, ToolAudience, ToolCall, ToolContext, ToolDescriptor, ToolResult } from "../contracts/tool.ts";
import type { Registry } from "../contracts/registry.ts";
import { CATALOGUE } from "./catalogue.ts";
import { checkedTool } from "./checked-tool.ts";

const MAX_RESULT_BYTES = 64 * 1024;
const MAX_NAME_LENGTH = 100;

/** Codes of trackers, forges and the host's Git. */
const OUTSIDE_CODES = /^(?:tracker|forge|git)_/;

/** What the toolbox is built from. */
export interface ToolboxParts {
  /** Default: the built-in ones. */
  readonly tools?: readonly Tool[];
  /** Tools that plugins bring; asked for when a name is not one of ours. Absent: none. */
  readonly more?: () => Promise<Registry<Tool>>;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Longest time of one call, milliseconds. Default 50,000: some agents give up after 60 s themselves. */
  readonly deadlineMs?: number;
}

/** The typed tools that agents get. */
export interface Toolbox {
  /** Loads those of these names that plugins bring; before it, they are unknown. Throws the codes of plugins. */
  load(names: readonly string[]): Promise<void>;
  /** The tools of these names, in this order, as `audience` sees them. Throws `unsupported_tool`, naming the known ones. */
  descriptors(names: readonly string[], audience?: ToolAudience): readonly ToolDescriptor[];
  /** Answers a call of a run that was given the tools `names`. Bounded; never rejects; each call is observed. */
  call(call: ToolCall, names: readonly string[], context: ToolContext): Promise<ToolResult>;
}

/** The one catalogue of tools; agents reach it through their bridges, and only it decides what a call may do. */
export function createToolbox(parts: ToolboxParts): Toolbox {
  const tools = new Map((parts.tools ?? CATALOGUE).map((tool) => [tool.name, tool]));
  return {
    load: (names) => loadTools(tools, names, parts.more),
    descriptors: (names, audience) => names.map((name) => describe(tools, name, audience)),
    call: async (call, names, context) => {
      const begun = parts.clock.monotonic();
      const tool = names.includes(call.name) ? tools.get(call.name) : undefined;
      const result = tool === undefined ? unknownTool(call.name, names) : await answer(parts, tool, call, context);
      const ms = Math.round(parts.clock.monotonic() - begun);
      return observed(parts, context, call.name, shorten(parts.secrets, result), ms);
    },
  };
}

async function loadTools(
  tools: Map<string, Tool>,
  names: readonly string[],
  more: ToolboxParts["more"],
): Promise<void> {
  const unknown = names.filter((name) => !tools.has(name));
  if (unknown.length === 0 || more === undefined) return;
  const registry = await more();
  for (const name of unknown.filter((each) => registry.kinds().includes(each))) {
    tools.set(name, await checkedTool(await registry.load(name)));
  }
}

function describe(tools: ReadonlyMap<string, Tool>, name: string, audience?: ToolAudience): ToolDescriptor {
  const tool = tools.get(name);
  if (tool === undefined) {
    const known = [...tools.keys()].sort();
    throw new MaestroError({
      code: "unsupported_tool",
      message: `There is no tool "${name}"; known: ${known.join(", ")}.`,
      hint: "Correct the list of tools in the profile.",
      facts: { tool: name, known },
    });
  }
  const { description, mutates, effect = mutates ? "write" : "read", capability } = tool;
  const inputSchema = (audience === undefined ? undefined : tool.schemaFor?.(audience)) ?? tool.inputSchema;
  return { name, description, inputSchema, mutates, effect, ...(capability === undefined ? {} : { capability }) };
}

/** A name that was not given to this run is unknown to it, even if another run may use it. */
function unknownTool(name: string, names: readonly string[]): ToolResult {
  const known = names.length === 0 ? "This run has no tools." : `The tools of this run are: ${names.join(", ")}.`;
  return {
    ok: false,
    code: "unknown_tool",
    text: `There is no tool "${name.slice(0, MAX_NAME_LENGTH)}". ${known}`,
  };
}

async function answer(parts: ToolboxParts, tool: Tool, call: ToolCall, context: ToolContext): Promise<ToolResult> {
  const args = call.arguments ?? {};
  if (!isJsonObject(args)) {
    return { ok: false, code: "invalid_arguments", text: "The arguments of a tool are a JSON object." };
  }
  try {
    return await withDeadline(parts.clock, parts.deadlineMs ?? 50_000, context.signal, (signal) =>
      tool.call(args, { ...context, signal }),
    );
  } catch (error) {
    const { issue, laneId, run } = context;
    const log = parts.log.child({ issue_id: issue.id, issue_identifier: issue.identifier, lane_id: laneId, run });
    return failure(log, tool.name, error);
  }
}

function failure(log: Log, tool: string, thrown: unknown): ToolResult {
  const error = toMaestroError(thrown, "tool_failed");
  switch (error.code) {
    case "invalid_arguments":
      return { ok: false, code: "invalid_arguments", text: error.message };
    case "deadline":
      return { ok: false, code: "failed", text: "The tool took too long and was given up." };
    case "stale_fence":
    case "aborted":
      return { ok: false, code: "refused", text: "This run is over; its tools answer no more." };
    default:
      // What tracker, forge and Git say is an answer that the agent can act on.
      if (OUTSIDE_CODES.test(error.code)) {
        log.warn("a tool was answered with an error of the outside", { tool, error });
        return { ok: false, code: error.code, text: withHint(error) };
      }
      log.error("a tool failed", { tool, error });
      return { ok: false, code: "failed", text: `The tool failed: ${error.message}` };
  }
}

function withHint({ message, hint }: MaestroError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

function shorten(secrets: SecretRegistry, result: ToolResult): ToolResult {
  const text = secrets.redact(result.text);
  const cut = cutBytes(text, MAX_RESULT_BYTES);
  return { ...result, text: cut === text ? text : `${cut}\n[cut at ${MAX_RESULT_BYTES} bytes]` };
}

async function observed(
  parts: ToolboxParts,
  context: ToolContext,
  name: string,
  result: ToolResult,
  ms: number,
): Promise<ToolResult> {
  const tool = parts.secrets.redact(name.slice(0, MAX_NAME_LENGTH));
  try {
    await context.observe({ type: "tool_called", data: { tool, ok: result.ok, code: result.code, ms } });
    return result;
  } catch (error) {
    // What is not on record did not happen: the agent must not build on it.
    return failure(parts.log, tool, error);
  }
}
