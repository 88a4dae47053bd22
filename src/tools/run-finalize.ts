import type { Tool } from "../contracts/tool.ts";
import { FINAL_PATHS } from "../model/run.ts";
import { checkArguments } from "./arguments.ts";
import { validateFinalizeArguments } from "./schema.gen.ts";

/** Confirms the signal before it. Two calls, so that a run never ends by a slip of one. */
export const runFinalize: Tool = {
  name: "run_finalize",
  description:
    "End this run, with the path of what you called before: run_handoff (hand_off), run_repair_done (repair_done), run_result (result) " +
    "or run_attention (attention). " +
    "Nothing that you do after it counts; end your turn.",
  mutates: false,
  inputSchema: {
    type: "object",
    required: ["path"],
    properties: {
      path: { type: "string", enum: FINAL_PATHS },
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
