import type { FailureKind, ModelStep, ScriptedUsage, ToolOutcome } from "./script.ts";
import { bearer, type Body, bodies, event, type Refusal, text, textOf, type Wire } from "./wire.ts";

/** Anthropic Messages, as Claude Code asks. */
export const messages: Wire = {
  api: "messages",
  matches: (method, path) => method === "POST" && path.endsWith("/v1/messages"),
  credential: (headers) => (typeof headers["x-api-key"] === "string" ? headers["x-api-key"] : bearer(headers)),
  read: (body) => {
    const all = bodies(body.messages);
    const last = all.findLastIndex((message) => message.role === "user" && saidIn(message) !== "");
    return {
      model: text(body.model),
      tools: bodies(body.tools).map((tool) => text(tool.name)),
      said: saidIn(all[last] ?? {}),
      everything: `${textOf(body.system)}\n${all.map((message) => textOf(message.content)).join("\n")}`,
      outcomes: all.slice(last).flatMap(outcomesIn),
    };
  },
  write: ({ id, model, steps, usage }) => {
    const blocks = steps.flatMap((step, at) => blockOf(step, `${id}_${at}`));
    const counted = usageOf(usage);
    const message = { id, type: "message", role: "assistant", model, content: [], stop_reason: null };
    const start = { ...message, stop_sequence: null, usage: { ...counted, output_tokens: 1 } };
    const reason = blocks.some(({ begin }) => begin.type === "tool_use") ? "tool_use" : "end_turn";
    const end = { type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: counted };
    return [
      event({ type: "message_start", message: start }, "message_start"),
      ...blocks.flatMap((block, at) => blockEvents(block, at)),
      event(end, "message_delta"),
      event({ type: "message_stop" }, "message_stop"),
    ];
  },
  refuse,
};

/** What a person said in a message: its text beside results of tools, without the reminders that the agent adds. */
function saidIn(message: Body): string {
  if (typeof message.content === "string") return message.content;
  const parts = bodies(message.content).filter((part) => part.type === "text");
  return parts
    .map((part) => text(part.text))
    .filter((said) => !said.trimStart().startsWith("<"))
    .join("\n");
}

function outcomesIn(message: Body): ToolOutcome[] {
  return bodies(message.content)
    .filter((part) => part.type === "tool_result")
    .map((part) => ({ id: text(part.tool_use_id), text: textOf(part.content) }));
}

interface Block {
  readonly begin: Body;
  readonly delta: Body;
}

function blockOf(step: ModelStep, id: string): Block[] {
  if ("text" in step) return [{ begin: { type: "text", text: "" }, delta: { type: "text_delta", text: step.text } }];
  if ("thinking" in step) {
    const delta = { type: "thinking_delta", thinking: step.thinking };
    return [{ begin: { type: "thinking", thinking: "", signature: "" }, delta }];
  }
  if (!("tool" in step)) return [];
  const begin = { type: "tool_use", id: `toolu_${id}`, name: step.tool, input: {} };
  return [{ begin, delta: { type: "input_json_delta", partial_json: JSON.stringify(step.args) } }];
}

function blockEvents({ begin, delta }: Block, index: number): string[] {
  return [
    event({ type: "content_block_start", index, content_block: begin }, "content_block_start"),
    event({ type: "content_block_delta", index, delta }, "content_block_delta"),
    event({ type: "content_block_stop", index }, "content_block_stop"),
  ];
}

/** The input counts nothing of the cache. */
function usageOf({ input, cacheRead = 0, cacheWrite = 0, output }: ScriptedUsage): Body {
  return {
    input_tokens: input,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
    output_tokens: output,
  };
}

const ERRORS: Readonly<Record<FailureKind, readonly [number, string, string]>> = {
  unauthorized: [401, "authentication_error", "invalid x-api-key"],
  bad_request: [400, "invalid_request_error", "messages: at least one message is required"],
  model_not_found: [404, "not_found_error", "model: unknown"],
  rate_limited: [
    429,
    "rate_limit_error",
    "This request would exceed your account's rate limit. Please try again later.",
  ],
  usage_limit: [429, "rate_limit_error", "This request would exceed your account's usage limit."],
  overloaded: [529, "overloaded_error", "Overloaded"],
  server_error: [500, "api_error", "Internal server error"],
  context_overflow: [400, "invalid_request_error", "prompt is too long: 250000 tokens > 200000 maximum"],
};

function refuse(kind: FailureKind): Refusal {
  const [status, type, message] = ERRORS[kind];
  return { status, body: { type: "error", error: { type, message }, request_id: "req_fake" } };
}
