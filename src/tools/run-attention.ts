import type { Tool } from "../contracts/tool.ts";
import { announce } from "./announcement.ts";
import { checkArguments } from "./arguments.ts";
import { validateAttentionArguments } from "./schema.gen.ts";

/** Asks for a person, because the agent cannot go on alone. Counts only together with `run_finalize`. */
export const runAttention: Tool = {
  name: "run_attention",
  description:
    "Say that a person has to look at this issue before work can go on: what is missing, what failed and how. " +
    'Put what you need to know into question. Afterwards call run_finalize with path "attention".',
  mutates: false,
  inputSchema: {
    type: "object",
    required: ["summary"],
    properties: {
      summary: { type: "string", minLength: 1, maxLength: 20_000 },
      question: { type: "string", minLength: 1, maxLength: 4_000 },
    },
    additionalProperties: false,
  },
  async call(args, context) {
    const { summary, question } = checkArguments(validateAttentionArguments, args);
    return announce(context, "run_attention", { kind: "attention", summary, question: question ?? null });
  },
};
