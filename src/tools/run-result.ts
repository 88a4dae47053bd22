import type { Tool } from "../contracts/tool.ts";
import { judgeResult } from "../policy/index.ts";
import { announce } from "./announcement.ts";
import { checkArguments } from "./arguments.ts";
import { RESULT_SCHEMAS, readResult } from "./results/index.ts";
import { validateResultArguments } from "./schema.gen.ts";

/** Delivers the words that a profile without changes asks for, in its form. Counts only together with `run_finalize`. */
export const runResult: Tool = {
  name: "run_result",
  description:
    "Deliver what you found out about this issue, in the form that result describes, and name the route that the issue takes next. " +
    "Maestro writes it to the tracker: labels, priority, relations, one comment, the move. Do none of that yourself. " +
    'Afterwards call run_finalize with path "result".',
  mutates: false,
  inputSchema: {
    type: "object",
    required: ["route", "summary", "result"],
    properties: {
      route: { type: "string", minLength: 1, maxLength: 200 },
      summary: { type: "string", minLength: 1, maxLength: 20_000 },
      result: { type: "object" },
    },
    additionalProperties: false,
  },
  schemaFor({ resultKind, completionRoutes }) {
    if (resultKind === undefined) return this.inputSchema;
    const route = { type: "string", enum: completionRoutes, description: "Where the issue goes next." };
    const summary = { type: "string", minLength: 1, maxLength: 20_000, description: "The result in some sentences." };
    const properties = { route, summary, result: RESULT_SCHEMAS[resultKind] };
    return { ...this.inputSchema, properties };
  },
  async call(args, context) {
    const { route, summary, result } = checkArguments(validateResultArguments, args);
    const { resultKind, completionRoutes, profileOptions = {} } = context;
    if (resultKind === undefined) {
      return {
        ok: false,
        code: "refused",
        text: "This profile asks for no result; use the tools that you were given.",
      };
    }
    const read = readResult(resultKind, result);
    const fault = judgeResult({ routes: completionRoutes, options: profileOptions }, route, read);
    if (fault !== null) return { ok: false, code: "refused", text: fault.sentence };
    return announce(context, "run_result", { kind: "result", route, summary, result: read });
  },
};
