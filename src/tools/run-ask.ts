import type { Tool } from "../contracts/tool.ts";
import { checkArguments } from "./arguments.ts";
import { validateAskArguments } from "./schema.gen.ts";

/** Asks a person something. The run ends with the turn, and the answer begins the next one; nothing is held open meanwhile. */
export const runAsk: Tool = {
  name: "run_ask",
  description:
    "Ask a person a question that you cannot go on without, in words that they understand without having followed your work. " +
    "Name the answers to choose from in options, when there are some. The answer is not awaited: end your turn then; " +
    "you are started again in this same session once it is there.",
  mutates: false,
  inputSchema: {
    type: "object",
    required: ["question"],
    properties: {
      question: { type: "string", minLength: 1, maxLength: 4_000 },
      options: { type: "array", maxItems: 10, items: { type: "string", minLength: 1, maxLength: 500 } },
    },
    additionalProperties: false,
  },
  async call(args, context) {
    const { question, options = [] } = checkArguments(validateAskArguments, args);
    const signal = { kind: "ask" as const, question, options };
    await context.observe({ type: "signal_recorded", data: { tool: "run_ask", path: "ask", signal } });
    return { ok: true, code: "ok", text: "Recorded, end your turn. You go on in this session with the answer." };
  },
};
