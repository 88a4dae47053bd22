import type { Tool } from "../contracts/tool.ts";
import { announce } from "./announcement.ts";
import { checkArguments } from "./arguments.ts";
import { validateHandoffArguments } from "./schema.gen.ts";

/** Asks for review: the work is done, as far as the agent can tell. Counts only together with `run_finalize`. */
export const runHandoff: Tool = {
  name: "run_handoff",
  description:
    "Say that the work on this issue is ready to be handed over. Summarise what was done and how it was checked. " +
    "Name a route only to choose another one than the usual. When no file had to change, say why in no_change_reason. " +
    'Afterwards call run_finalize with path "hand_off".',
  mutates: false,
  inputSchema: {
    type: "object",
    required: ["summary"],
    properties: {
      summary: { type: "string", minLength: 1, maxLength: 20_000 },
      route: { type: "string", minLength: 1, maxLength: 200 },
      no_change_reason: { type: "string", minLength: 1, maxLength: 4_000 },
    },
    additionalProperties: false,
  },
  async call(args, context) {
    const { summary, route, no_change_reason: noChange } = checkArguments(validateHandoffArguments, args);
    const allowed = context.completionRoutes;
    if (route !== undefined && !allowed.includes(route)) {
      return {
        ok: false,
        code: "refused",
        text: `"${route}" is no route that a hand-off may name. Allowed: ${allowed.join(", ") || "none"}.`,
      };
    }
    const said = { summary, route: route ?? null, noChange: noChange ?? null };
    return announce(context, "run_handoff", { kind: "hand_off", ...said });
  },
};
