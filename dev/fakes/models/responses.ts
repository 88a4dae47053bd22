import type { FailureKind, ModelStep, ScriptedUsage, ToolOutcome } from "./script.ts";
import { type Answer, bearer, type Body, bodies, event, type Refusal, text, textOf, type Wire } from "./wire.ts";

/** OpenAI Responses, as Codex asks. */
export const responses: Wire = {
  api: "responses",
  matches: (method, path) => method === "POST" && path.endsWith("/responses"),
  credential: bearer,
  read: (body) => {
    const items = bodies(body.input);
    const last = items.findLastIndex((item) => item.type === "message" && item.role === "user");
    return {
      model: text(body.model),
      tools: bodies(body.tools).flatMap(toolNames),
      said: textOf(items[last]?.content),
      everything: `${text(body.instructions)}\n${items.map((item) => textOf(item.content)).join("\n")}`,
      outcomes: items.slice(last + 1).flatMap(outcomeOf),
    };
  },
  write: ({ id, steps, usage }) => {
    const items = steps.flatMap((step, at) => itemOf(step, `${id}_${at}`));
    return [
      event({ type: "response.created", response: { id } }, "response.created"),
      ...items.flatMap((item, at) => itemEvents(item, at)),
      event({ type: "response.completed", response: { id, usage: usageOf(usage) } }, "response.completed"),
    ];
  },
  refuse,
};

function toolNames(tool: Body): string[] {
  if (tool.type !== "namespace") return [text(tool.name)];
  return bodies(tool.tools).map((inner) => `${text(tool.name)}/${text(inner.name)}`);
}

function outcomeOf(item: Body): ToolOutcome[] {
  const isOutcome = item.type === "function_call_output" || item.type === "custom_tool_call_output";
  return isOutcome ? [{ id: text(item.call_id), text: textOf(item.output) }] : [];
}

function itemOf(step: ModelStep, id: string): Body[] {
  if ("text" in step) {
    return [{ type: "message", id, role: "assistant", content: [{ type: "output_text", text: step.text }] }];
  }
  if ("thinking" in step) {
    return [{ type: "reasoning", id, summary: [{ type: "summary_text", text: step.thinking }] }];
  }
  if (!("tool" in step)) return [];
  const { tool: name, args, namespace } = step;
  const call = { type: "function_call", id, call_id: `call_${id}`, name, arguments: JSON.stringify(args) };
  return [namespace === undefined ? call : { ...call, namespace }];
}

function itemEvents(item: Body, at: number): string[] {
  const done = event({ type: "response.output_item.done", output_index: at, item }, "response.output_item.done");
  if (item.type !== "message") return [done];
  const added = { type: "response.output_item.added", output_index: at, item: { ...item, content: [] } };
  const delta = { type: "response.output_text.delta", item_id: item.id, output_index: at, delta: textOf(item.content) };
  return [event(added, "response.output_item.added"), event(delta, "response.output_text.delta"), done];
}

/** The input counts what came from the cache, the output what was reasoning. */
function usageOf({ input, cacheRead = 0, output, reasoning = 0 }: ScriptedUsage): Body {
  return {
    input_tokens: input + cacheRead,
    input_tokens_details: { cached_tokens: cacheRead },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + cacheRead + output,
  };
}

const ERRORS: Readonly<Record<FailureKind, readonly [number, string, string, string]>> = {
  unauthorized: [401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."],
  bad_request: [400, "invalid_request_error", "invalid_value", "The request is not valid."],
  model_not_found: [404, "invalid_request_error", "model_not_found", "The model does not exist."],
  rate_limited: [429, "requests", "rate_limit_exceeded", "Rate limit reached."],
  usage_limit: [429, "usage_limit_reached", "usage_limit_reached", "The usage limit has been reached"],
  overloaded: [503, "server_error", "server_is_overloaded", "The server is overloaded."],
  server_error: [500, "server_error", "server_error", "The server had an error."],
  context_overflow: [400, "invalid_request_error", "context_length_exceeded", "Your input exceeds the context window."],
};

function refuse(kind: FailureKind): Refusal {
  const [status, type, code, message] = ERRORS[kind];
  return { status, body: { error: { type, code, message, param: null } } };
}

/** A context that is too long is told in the stream, not by a status. */
export function overflowEvents({ id }: Answer): string[] {
  const error = { code: "context_length_exceeded", message: ERRORS.context_overflow[3] };
  return [
    event({ type: "response.created", response: { id } }, "response.created"),
    event({ type: "response.failed", response: { id, error } }, "response.failed"),
  ];
}
