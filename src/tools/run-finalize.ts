import type { Tool } from "../contracts/tool.ts";
import { checkArguments } from "./arguments.ts";
import { validateFinalizeArguments } from "./schema.gen.ts";

/** Confirms the signal before it. Two calls, so that a run never ends by a slip of one. */
export const runFinalize: Tool = {
  name: "run_finalize",
  description:
    "End this run, after run_handoff (path hand_off) or run_attention (path attention). " +
    "Nothing that you do after it counts; end your turn.",
  mutates: false,
  inputSchema: {
    type: "object",
    required: ["path"],
    properties: {
      path: {
        anyOf: [
          { type: "string", const: "hand_off" },
          { type: "string", const: "attention" },
        ],
      },
    },
    additionalProperties: false,
  },
  async call(args, context) {
    const { path } = checkArguments(validateFinalizeArguments, args);
    await context.observe({
      type: "signal_recorded",
      data: { tool: "run_finalize", path, signal: { kind: "none" } },
    });
    return { ok: true, code: "ok", text: "The run ends with this turn. Do nothing more." };
  },
};
