import type { Tool } from "../contracts/tool.ts";
import { announce } from "./announcement.ts";
import { checkArguments } from "./arguments.ts";
import { validateRepairDoneArguments } from "./schema.gen.ts";

/** Ends a repair: what review or CI had asked for is done. Counts only together with `run_finalize`. */
export const runRepairDone: Tool = {
  name: "run_repair_done",
  description:
    "Say that what review or CI asked for is done, point by point, and how you checked it. Only in a run that repairs a change. " +
    "When a point needs no change of files, say why in no_change_reason. " +
    'Afterwards call run_finalize with path "repair_done".',
  mutates: false,
  inputSchema: {
    type: "object",
    required: ["summary"],
    properties: {
      summary: { type: "string", minLength: 1, maxLength: 20_000 },
      no_change_reason: { type: "string", minLength: 1, maxLength: 4_000 },
    },
    additionalProperties: false,
  },
  async call(args, context) {
    const { summary, no_change_reason: noChange } = checkArguments(validateRepairDoneArguments, args);
    if (context.purpose !== "repair") {
      const text = "This run repairs nothing: nobody has asked for changes. Call run_handoff instead.";
      return { ok: false, code: "refused", text };
    }
    return announce(context, "run_repair_done", { kind: "repair_done", summary, noChange: noChange ?? null });
  },
};
