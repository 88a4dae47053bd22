import { isJsonObject, parseJson } from "../../base/json.ts";
import { AGENT_FAILURES, type AgentEvent, type AgentFailure, type TurnResult } from "../../contracts/agent-provider.ts";
import { validateAgentMessage } from "./schema.gen.ts";
import type { AgentMessage } from "./schema.ts";
import type { TurnEnd } from "./script.ts";

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

/** What the end of a turn means for the host. `said` is the agent's last message. */
export function toResult(end: TurnEnd, said: string | null): TurnResult {
  if (end.type === "ask") return failedTurn("input_required", `The agent asks: ${end.question}`, said);
  if (end.type === "quota") {
    return failedTurn("capacity", "The agent's quota is used up.", said, end.reset_at ?? null);
  }
  if (end.status === "completed") return { status: "completed", failure: null, finalMessage: end.message ?? said };
  return failedTurn(toFailureKind(end.kind), end.message || "The agent says that its turn failed.", said);
}

/** A turn that failed. */
export function failedTurn(
  kind: AgentFailure["kind"],
  sentence: string,
  said: string | null,
  resetAt: number | null = null,
): TurnResult {
  return { status: "failed", failure: { kind, sentence, resetAt }, finalMessage: said };
}

function toFailureKind(kind: string | undefined): AgentFailure["kind"] {
  return AGENT_FAILURES.find((known) => known === kind) ?? "turn_failed";
}
