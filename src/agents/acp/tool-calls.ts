import { isJsonObject } from "../../base/json.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";
import { toolEvents } from "./map.ts";
import type { PermissionAsked } from "./schema.ts";

/** What one message tells of a call: what it leaves out is as it was. */
export type ToolCallPart = PermissionAsked["toolCall"];

/**
 * The tool calls of a session, put together from their parts. Some agents name a call before they know its arguments, some ask first and tell of
 * the call itself only when it is over: each is told once, with its arguments, and once more when it has ended.
 */
export class ToolCalls {
  readonly #calls = new Map<string, { readonly call: ToolCallPart; readonly isTold: boolean }>();

  /** The events of a part; `isAsked`: the agent asks for leave, so that it knows what it is about to do. */
  take(part: ToolCallPart, isAsked: boolean): AgentEvent[] {
    const { toolCallId: id = "" } = part;
    const known = this.#calls.get(id);
    const call = merged(known?.call, part);
    const wasTold = known?.isTold ?? false;
    const isTold = wasTold || isAsked || isWhole(call);
    const isOver = call.status === "completed" || call.status === "failed";
    // What it brought is not kept; that it was told is.
    this.#calls.set(id, { call: isOver ? {} : call, isTold });
    return isTold ? toolEvents(call, !wasTold) : [{ type: "alive", what: `${call.title ?? "a tool"} is being called` }];
  }
}

function merged(known: ToolCallPart = {}, part: ToolCallPart): ToolCallPart {
  const told = Object.entries(part).filter(([, value]) => value != null);
  return { ...known, ...Object.fromEntries(told) };
}

/** Whether its arguments are there, as far as they will come. */
function isWhole({ status, rawInput }: ToolCallPart): boolean {
  const hasInput = isJsonObject(rawInput) && Object.keys(rawInput).length > 0;
  return hasInput || (status != null && status !== "pending");
}
