import type { FailureKind, ModelStep, ScriptedUsage } from "./script.ts";
import { bearer, type Body, bodies, event, type Refusal, text, textOf, type Wire } from "./wire.ts";

/** OpenAI Chat Completions, as OpenCode asks. */
export const completions: Wire = {
  api: "completions",
  matches: (method, path) => method === "POST" && path.endsWith("/chat/completions"),
  credential: bearer,
  read: (body) => {
    const all = bodies(body.messages);
    const last = all.findLastIndex((message) => message.role === "user");
    return {
      model: text(body.model),
      tools: bodies(body.tools).map((tool) => text((tool.function as Body | undefined)?.name)),
      said: textOf(all[last]?.content),
      everything: all.map((message) => textOf(message.content)).join("\n"),
      outcomes: all
        .slice(last + 1)
        .filter((message) => message.role === "tool")
        .map((message) => ({ id: text(message.tool_call_id), text: textOf(message.content) })),
    };
  },
  write: ({ id, model, steps, usage }) => {
    const chunk = (delta: Body, reason: string | null): string =>
      event({ id, object: "chat.completion.chunk", model, choices: [{ index: 0, delta, finish_reason: reason }] });
    const calls = steps.filter((step) => "tool" in step);
    return [
      chunk({ role: "assistant", content: "" }, null),
      ...steps.flatMap(textDelta).map((delta) => chunk(delta, null)),
      ...calls.map((call, at) => chunk(callDelta(call, at, `call_${id}_${at}`), null)),
      chunk({}, calls.length > 0 ? "tool_calls" : "stop"),
      event({ id, object: "chat.completion.chunk", model, choices: [], usage: usageOf(usage) }),
      "data: [DONE]\n\n",
    ];
  },
  refuse,
};

function textDelta(step: ModelStep): Body[] {
  if ("text" in step) return [{ content: step.text }];
  return "thinking" in step ? [{ reasoning_content: step.thinking }] : [];
}

function callDelta(step: Extract<ModelStep, { tool: string }>, index: number, id: string): Body {
  const call = { name: step.tool, arguments: JSON.stringify(step.args) };
  return { tool_calls: [{ index, id, type: "function", function: call }] };
}

function usageOf({ input, cacheRead = 0, output, reasoning = 0 }: ScriptedUsage): Body {
  return {
    prompt_tokens: input + cacheRead,
    completion_tokens: output,
    total_tokens: input + cacheRead + output,
    prompt_tokens_details: { cached_tokens: cacheRead },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

const ERRORS: Readonly<Record<FailureKind, readonly [number, string, string]>> = {
  unauthorized: [401, "invalid_api_key", "Incorrect API key provided."],
  bad_request: [400, "invalid_value", "The request is not valid."],
  model_not_found: [404, "model_not_found", "The model does not exist."],
  rate_limited: [429, "rate_limit_exceeded", "Rate limit reached."],
  usage_limit: [429, "insufficient_quota", "You exceeded your current quota."],
  overloaded: [503, "overloaded", "The engine is currently overloaded."],
  server_error: [500, "server_error", "The server had an error."],
  context_overflow: [400, "context_length_exceeded", "This model's maximum context length is 128000 tokens."],
};

function refuse(kind: FailureKind): Refusal {
  const [status, code, message] = ERRORS[kind];
  return { status, body: { error: { message, type: "invalid_request_error", param: null, code } } };
}
