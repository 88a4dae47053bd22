import { isJsonObject, parseJson } from "../../base/json.ts";
import { AGENT_FAILURES, type AgentEvent, type AgentFailure } from "../../contracts/agent-provider.ts";
import { validateAgentMessage } from "./schema.gen.ts";
import type { AgentMessage } from "./schema.ts";

/** A line of an agent: a message, one that breaks the protocol, or something that is no message at all. */
export type Line =
  | { readonly kind: "message"; readonly message: AgentMessage }
  | { readonly kind: "broken"; readonly detail: string }
  | { readonly kind: "noise" };

const TYPES: readonly string[] = [
  "ready",
  "message",
  "activity",
  "usage",
  "tool_call",
  "ask",
  "quota",
  "turn_end",
] satisfies AgentMessage["type"][];

/** Reads a line. Text that is no JSON object, or is of an unknown type, is noise; a known type in a wrong shape is broken. */
export function readLine(line: string): Line {
  const value = tryParse(line);
  if (!isJsonObject(value) || typeof value.type !== "string" || !TYPES.includes(value.type)) return { kind: "noise" };
  if (validateAgentMessage(value)) return { kind: "message", message: value };
  const [first] = validateAgentMessage.errors ?? [];
  const place = first?.instancePath.slice(1) || String(first?.params.missingProperty ?? "");
  return { kind: "broken", detail: `${value.type}: ${place} ${first?.message ?? "is not valid"}` };
}

function tryParse(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    // Shell agents print whatever their commands print; it is kept as a raw event.
    return undefined;
  }
}

type Report = Extract<AgentMessage, { type: "message" | "activity" | "usage" }>;

/** The event that a message is for the host. */
export function toEvent(message: Report): AgentEvent {
  switch (message.type) {
    case "message":
      return { type: "message", text: message.text };
    case "activity":
      return { type: "activity", summary: message.summary };
    case "usage": {
      const { input_tokens: inputTokens, output_tokens: outputTokens } = message;
      const totalTokens = message.total_tokens ?? inputTokens + outputTokens;
      return { type: "usage", usage: { inputTokens, outputTokens, totalTokens }, model: message.model ?? null };
    }
  }
}

/** The kind of a failure as an agent names it; an unknown one is a failed turn. */
export function toFailureKind(kind: string | undefined): AgentFailure["kind"] {
  return AGENT_FAILURES.find((known) => known === kind) ?? "turn_failed";
}
