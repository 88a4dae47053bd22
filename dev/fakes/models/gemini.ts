import type { FailureKind, ModelStep, ScriptedUsage } from "./script.ts";
import { type Body, bodies, event, isBody, type Refusal, text, textOf, type Wire } from "./wire.ts";

const PATH = /\/v1beta\/models\/([^/:]+):streamGenerateContent$/;

/** Gemini's streamGenerateContent, as Gemini CLI asks. */
export const gemini: Wire = {
  api: "gemini",
  matches: (method, path) => method === "POST" && PATH.test(path),
  credential: (headers, query) => {
    const key = headers["x-goog-api-key"];
    return typeof key === "string" ? key : query.get("key");
  },
  read: (body, path) => {
    const all = bodies(body.contents);
    const last = all.findLastIndex((content) => content.role === "user" && textOf(content.parts) !== "");
    const answers = all.slice(last + 1).flatMap((content) => bodies(content.parts));
    return {
      model: PATH.exec(path)?.[1] ?? "",
      tools: bodies(body.tools).flatMap((tool) =>
        bodies(tool.functionDeclarations).map((declared) => text(declared.name)),
      ),
      said: textOf(all[last]?.parts),
      everything: all.map((content) => textOf(content.parts)).join("\n"),
      outcomes: answers.flatMap(({ functionResponse }) =>
        isBody(functionResponse)
          ? [{ id: text(functionResponse.id), text: JSON.stringify(functionResponse.response) }]
          : [],
      ),
    };
  },
  write: ({ steps, usage }) => [
    event({
      candidates: [{ content: { role: "model", parts: steps.flatMap(partOf) }, finishReason: "STOP", index: 0 }],
      usageMetadata: usageOf(usage),
    }),
  ],
  refuse,
};

function partOf(step: ModelStep): Body[] {
  if ("text" in step) return [{ text: step.text }];
  if ("thinking" in step) return [{ text: step.thinking, thought: true }];
  return "tool" in step ? [{ functionCall: { name: step.tool, args: step.args } }] : [];
}

function usageOf({ input, cacheRead = 0, output, reasoning = 0 }: ScriptedUsage): Body {
  return {
    promptTokenCount: input + cacheRead,
    cachedContentTokenCount: cacheRead,
    candidatesTokenCount: output - reasoning,
    thoughtsTokenCount: reasoning,
    totalTokenCount: input + cacheRead + output,
  };
}

const ERRORS: Readonly<Record<FailureKind, readonly [number, string, string]>> = {
  unauthorized: [401, "UNAUTHENTICATED", "API key not valid. Please pass a valid API key."],
  bad_request: [400, "INVALID_ARGUMENT", "Request contains an invalid argument."],
  model_not_found: [404, "NOT_FOUND", "The model is not found."],
  rate_limited: [429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."],
  usage_limit: [429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."],
  overloaded: [503, "UNAVAILABLE", "The model is overloaded. Please try again later."],
  server_error: [500, "INTERNAL", "An internal error has occurred."],
  context_overflow: [400, "INVALID_ARGUMENT", "The input token count exceeds the maximum number of tokens allowed."],
};

function refuse(kind: FailureKind): Refusal {
  const [code, status, message] = ERRORS[kind];
  return { status: code, body: { error: { code, message, status } } };
}
