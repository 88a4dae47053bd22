import type { ErrorObject } from "ajv";
import type { JsonObject } from "../../base/json.ts";
import type { RunOutside, RunWriteEnd, ToolCapability } from "../../contracts/run-outside.ts";
import type { Tool, ToolContext, ToolEffect, ToolResult } from "../../contracts/tool.ts";
import { checkArguments } from "../arguments.ts";

/** A tool that reaches tracker, forge or repository through its run's port. */
interface OutsideTool<T> {
  readonly name: string;
  readonly description: string;
  readonly effect: ToolEffect;
  readonly capability: ToolCapability;
  /** What `validate` checks, as agents see it. */
  readonly schema: object;
  readonly validate: { (data: unknown): data is T; errors?: ErrorObject[] | null };
  answer(args: T, outside: RunOutside, context: ToolContext): Promise<ToolResult>;
}

/** Makes it one of the catalogue. */
export function outsideTool<T>(made: OutsideTool<T>): Tool {
  const { name, description, effect, capability, schema, validate } = made;
  return {
    ...{ name, description, effect, capability, mutates: effect !== "read", inputSchema: plain(schema) },
    call: async (args, context) => {
      const checked = checkArguments(validate, args);
      const { outside } = context;
      if (outside?.can(capability) !== true) return refused(`This run has nothing that ${name} could use.`);
      return made.answer(checked, outside, context);
    },
  };
}

function plain(schema: object): JsonObject {
  return JSON.parse(JSON.stringify(schema));
}

/** What was found, as JSON that a model can read. */
export function answered(data: object): ToolResult {
  return { ok: true, code: "ok", text: JSON.stringify(data, null, 1) };
}

/** A no with its reason. */
export function refused(text: string): ToolResult {
  return { ok: false, code: "refused", text };
}

/** What became of a write. `done` is what is said when it is there. */
export function written(end: RunWriteEnd, done: string): ToolResult {
  switch (end.state) {
    case "done":
      return answered({ state: "done", said: done, result: end.result });
    case "refused":
      return refused(`It was refused: ${end.result ?? "no reason was given"}`);
    case "recorded":
      return {
        ok: true,
        code: "recorded",
        text: "It is recorded and will be sent as soon as the other side answers. Do not call again; go on.",
      };
  }
}
