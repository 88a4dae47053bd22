import type { JsonObject } from "../../base/json.ts";
import type { ToolCall, ToolDescriptor, ToolResult } from "../../contracts/tool.ts";
import { validateCallParameters } from "./schema.gen.ts";
import type { RpcMessage } from "./schema.ts";

/** The tools of one run, as the server answers for them. */
export interface ServedRun {
  readonly tools: readonly ToolDescriptor[];
  /** Answers every call, in bounded time; never rejects. */
  readonly call: (call: ToolCall) => Promise<ToolResult>;
  /** Called each time the list of tools is asked for. */
  readonly onList?: () => void;
}

/** A result or an error of JSON-RPC 2.0; `null` for a notification, which gets none. */
export type RpcAnswer = JsonObject | null;

/** Versions of the Model Context Protocol that this server speaks, the newest first. A client that wants another gets the newest. */
const VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;

const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

/**
 * Answers one message. No state between messages: who asks is known by the token. A method that is not served is an error, which
 * makes newer clients fall back to `initialize`.
 */
export async function answerMessage(message: RpcMessage, run: ServedRun): Promise<RpcAnswer> {
  const { id, method, params = {} } = message;
  if (id === undefined) return null;
  switch (method) {
    case "initialize":
      return resultOf(id, {
        protocolVersion: VERSIONS.find((known) => known === params.protocolVersion) ?? VERSIONS[0],
        capabilities: { tools: {} },
        serverInfo: { name: "maestro", version: "1" },
      });
    case "ping":
      return resultOf(id, {});
    case "tools/list":
      run.onList?.();
      return resultOf(id, { tools: run.tools.map(describe) });
    case "tools/call":
      return callTool(id, params, run);
    default:
      return errorOf(id, METHOD_NOT_FOUND, `Unknown method: ${method}`);
  }
}

async function callTool(id: string | number, params: unknown, run: ServedRun): Promise<RpcAnswer> {
  if (!validateCallParameters(params)) return errorOf(id, INVALID_PARAMS, "A call names its tool.");
  const { ok, code, text } = await run.call({ id: String(id), name: params.name, arguments: params.arguments ?? {} });
  // A failed tool is a result too: the model reads it and goes on.
  return resultOf(id, { content: [{ type: "text", text: ok ? text : `${code}: ${text}` }], isError: !ok });
}

function describe({ name, description, inputSchema, mutates, effect, capability }: ToolDescriptor): JsonObject {
  return {
    name,
    description,
    inputSchema,
    annotations: {
      readOnlyHint: !mutates,
      destructiveHint: effect === "destructive",
      idempotentHint: true,
      openWorldHint: capability !== undefined,
    },
  };
}

/** The refusal of something that is no message at all. */
export function errorOf(id: string | number | null, code: number, message: string): JsonObject {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function resultOf(id: string | number, result: JsonObject): JsonObject {
  return { jsonrpc: "2.0", id, result };
}
