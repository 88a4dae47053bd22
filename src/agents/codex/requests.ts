import type { JsonObject, JsonValue } from "../../base/json.ts";
import { METHOD_NOT_FOUND, RpcRefusal } from "../../base/json-rpc.ts";
import type { PermissionAnswer, PermissionRequest, SessionRequest } from "../../contracts/agent-provider.ts";
import { validateApproval, validateDynamicCall, validateElicitation, validateUserQuestions } from "./schema.gen.ts";
import { TOOL_SERVER } from "./thread-settings.ts";

/** JSON-RPC's code for parameters that are not understood. */
const INVALID_PARAMS = -32_602;
const NOBODY: PermissionAnswer = { decision: "refuse", reason: "Nobody is there who could be asked." };

type Host = Pick<SessionRequest, "callTool" | "clock" | "decide" | "onEvent">;

/**
 * Answers what Codex asks in the middle of a turn, every time: policy decides, and what is not known here is refused. Throws `RpcRefusal`,
 * which is an answer too.
 */
export async function answerRequest(method: string, params: JsonObject, host: Host): Promise<JsonValue> {
  switch (method) {
    case "item/tool/call":
      return callTool(params, host);
    case "item/commandExecution/requestApproval":
      return { decision: (await approve(commandKind(params), params, host)).isAllowed ? "accept" : "decline" };
    case "item/fileChange/requestApproval":
      return { decision: (await approve("file_change", params, host)).isAllowed ? "accept" : "decline" };
    case "item/permissions/requestApproval":
      return grant(params, host);
    case "execCommandApproval":
      return reviewed(await approve("command", params, host));
    case "applyPatchApproval":
      return reviewed(await approve("file_change", params, host));
    case "item/tool/requestUserInput":
      return answerQuestions(params, host);
    case "mcpServer/elicitation/request":
      return elicit(params, host);
    case "currentTime/read":
      return { currentTimeAt: Math.floor(host.clock.now() / 1_000) };
    default:
      throw new RpcRefusal(METHOD_NOT_FOUND, `Maestro does not answer ${method}.`);
  }
}

async function callTool(params: JsonObject, { callTool: call }: Host): Promise<JsonValue> {
  if (!validateDynamicCall(params)) throw new RpcRefusal(INVALID_PARAMS, "A call names its tool and itself.");
  const { ok, code, text } = await call({ id: params.callId, name: params.tool, arguments: params.arguments ?? {} });
  return { contentItems: [{ type: "inputText", text: ok ? text : `${code}: ${text}` }], success: ok };
}

interface Verdict {
  readonly isAllowed: boolean;
  readonly reason: string;
}

async function approve(kind: PermissionRequest["kind"], params: JsonObject, host: Host): Promise<Verdict> {
  return decide({ kind, summary: summaryOf(params), details: params }, host);
}

async function decide(asked: PermissionRequest, { decide: ask, onEvent }: Host): Promise<Verdict> {
  const { decision, reason } = (await ask?.(asked)) ?? NOBODY;
  onEvent({ type: "alive", what: `asked for leave (${asked.kind}: ${asked.summary}): ${decision}, ${reason}` });
  return { isAllowed: decision === "allow", reason };
}

function commandKind(params: JsonObject): "command" | "network" {
  return validateApproval(params) && params.networkApprovalContext ? "network" : "command";
}

function summaryOf(params: JsonObject): string {
  if (!validateApproval(params)) return "something that is not understood";
  const { command, reason, grantRoot, networkApprovalContext: network } = params;
  if (network?.host !== undefined) return network.host;
  if (command) return typeof command === "string" ? command : command.join(" ");
  return grantRoot || reason || "no reason given";
}

/** Rights beyond the sandbox, for the present turn. */
async function grant(params: JsonObject, host: Host): Promise<JsonValue> {
  const asked = validateApproval(params) ? (params.permissions ?? {}) : {};
  const { isAllowed } = await approve("other", params, host);
  const given = Object.entries(asked).filter(([, value]) => isAllowed && value !== null);
  return { permissions: Object.fromEntries(given), scope: "turn" };
}

/** The answer to approvals as older versions ask for them. */
function reviewed({ isAllowed, reason }: Verdict): JsonValue {
  return { decision: isAllowed ? "approved" : { denied: { rejection: reason } } };
}

async function answerQuestions(params: JsonObject, host: Host): Promise<JsonValue> {
  if (!validateUserQuestions(params)) throw new RpcRefusal(INVALID_PARAMS, "Questions have an id and a text.");
  const { questions } = params;
  const summary = questions.map(({ question }) => question).join(" ");
  const options = questions.flatMap(({ options }) => (options ?? []).map(({ label }) => label));
  const question = { text: questions.map((asked) => asked.question).join("\n\n"), options };
  const { reason } = await decide({ kind: "question", summary, details: params, question }, host);
  return { answers: Object.fromEntries(questions.map(({ id }) => [id, { answers: [reason] }])) };
}

/** Leave to call a tool of an MCP server, or a question of such a server. Our own tools are guarded by the host. */
async function elicit(params: JsonObject, host: Host): Promise<JsonValue> {
  if (!validateElicitation(params)) throw new RpcRefusal(INVALID_PARAMS, "An elicitation names its server.");
  const isCall = params._meta?.codex_approval_kind === "mcp_tool_call";
  const answer = (isAllowed: boolean): JsonValue => ({
    action: isAllowed ? "accept" : "decline",
    content: null,
    _meta: null,
  });
  if (isCall && params.serverName === TOOL_SERVER) return answer(true);
  const summary = `${params.serverName}: ${params.message ?? ""}`;
  const asked = { summary, details: params };
  const question = params.message ? { question: { text: params.message, options: [] } } : {};
  const { isAllowed } = await decide(
    isCall ? { kind: "tool", ...asked } : { kind: "question", ...asked, ...question },
    host,
  );
  // A form cannot be filled in by a yes.
  return answer(isCall && isAllowed);
}
