import { MaestroError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { Tool, ToolResult } from "../contracts/tool.ts";
import { checkArguments } from "./arguments.ts";

/** A tool of a plugin, whose arguments are held against its schema before it is called, as ours do themselves. Throws what a faulty schema makes throw. */
export async function checkedTool(tool: Tool): Promise<Tool> {
  // Only for plugins: our own validators are compiled beforehand.
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile<JsonObject>(tool.inputSchema);
  return {
    ...tool,
    call: async (args, context) => {
      const result: unknown = await tool.call(checkArguments(validate, args), context);
      if (isToolResult(result)) return result;
      throw new MaestroError({ code: "tool_failed", message: "Its plugin answered without {ok, code, text}." });
    },
  };
}

function isToolResult(result: unknown): result is ToolResult {
  if (typeof result !== "object" || result === null) return false;
  const { ok, code, text } = { ok: undefined, code: undefined, text: undefined, ...result };
  return typeof ok === "boolean" && typeof code === "string" && typeof text === "string";
}
