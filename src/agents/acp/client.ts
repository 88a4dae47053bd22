import { withDeadline } from "../../base/abort.ts";
import { isMaestroError, toMaestroError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { type Launch, launchAgent } from "../../contracts/agent-launch.ts";
import type { AgentFailure, SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import type { McpServer } from "../../model/mcp-server.ts";
import { failureOf } from "./map.ts";
import { validateInitialized, validateNewSession } from "./schema.gen.ts";
import type { Initialized } from "./schema.ts";
import { AcpSession, type ReadTotals, SERVER } from "./session.ts";

/** The version of the protocol that is spoken here. */
const PROTOCOL_VERSION = 1;
/** Grace of a session that could not be started, milliseconds. */
const FAILED_START_GRACE_MS = 1_000;

/** How one agent is started. */
export interface AcpLaunch {
  readonly launch: Launch;
  /** Mode of the session, as the agent names it. */
  readonly mode: string | null;
  readonly startupMs: number;
  /** Where the session's totals are asked for, when not over ACP. */
  readonly readTotals: ReadTotals | null;
}

/** Starts an agent and opens, or goes on with, a session. Never rejects; leaves nothing behind when it fails. */
export async function startSession(how: AcpLaunch, request: SessionRequest): Promise<SessionStart> {
  const launched = await launchAgent(how.launch, request);
  if (!launched.ok) return launched;
  const session = new AcpSession(launched.agent, request, how.readTotals);
  const gone = launched.agent.process.exited.then((exit) => launched.agent.explainExit(exit));
  try {
    const failure = await withDeadline(request.clock, how.startupMs, request.signal, () =>
      Promise.race([open(session, how, request), gone]),
    );
    if (failure === null) return { ok: true, session };
    await session.stop({ graceMs: FAILED_START_GRACE_MS });
    return { ok: false, failure };
  } catch (error) {
    await session.stop({ graceMs: FAILED_START_GRACE_MS });
    return { ok: false, failure: startFailure(error, how.startupMs, request) };
  }
}

async function open(session: AcpSession, how: AcpLaunch, request: SessionRequest): Promise<AgentFailure | null> {
  const said = await session.ask("initialize", {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    clientInfo: { name: "maestro", version: "1" },
  });
  if (!validateInitialized(said)) return failure("protocol", "The agent did not say which protocol it speaks.");
  if (said.protocolVersion !== PROTOCOL_VERSION) {
    return failure("protocol", `The agent speaks ACP ${said.protocolVersion}; Maestro speaks ${PROTOCOL_VERSION}.`);
  }
  const { version } = said.agentInfo ?? {};
  if (version !== undefined) session.version = version;
  if (request.toolServer !== undefined && said.agentCapabilities?.mcpCapabilities?.http !== true) {
    return failure("protocol", "The agent takes no tools over HTTP (mcpCapabilities.http), so it could not hand off.");
  }
  if (!(await goOn(session, said, request))) {
    const made = await session.ask("session/new", placeOf(request, said));
    if (!validateNewSession(made)) return failure("protocol", "The agent named no session.");
    session.begin(made.sessionId, false);
  }
  if (how.mode !== null) await session.ask("session/set_mode", { sessionId: session.id, modeId: how.mode });
  return null;
}

/** Takes an old session up again, when the agent can and still has it. */
async function goOn(session: AcpSession, said: Initialized, request: SessionRequest): Promise<boolean> {
  const { agentCapabilities: can } = said;
  const { resume: id } = request;
  const method = can?.sessionCapabilities?.resume != null ? "session/resume" : "session/load";
  if (id === null || (method === "session/load" && can?.loadSession !== true)) return false;
  try {
    await session.ask(method, { sessionId: id, ...placeOf(request, said) });
  } catch (error) {
    const { code, message } = toMaestroError(error);
    if (code !== "rpc_error") throw error;
    request.onEvent({ type: "activity", summary: `The old session could not be resumed: ${message}` });
    return false;
  }
  if (method === "session/load") await session.historyTold();
  session.begin(id, true);
  return true;
}

function placeOf(request: SessionRequest, { agentCapabilities: can }: Initialized): JsonObject {
  const { workspace, toolServer, mcpServers = [], onEvent } = request;
  const takes = { stdio: true, http: can?.mcpCapabilities?.http === true, sse: can?.mcpCapabilities?.sse === true };
  for (const { name, type } of mcpServers) {
    if (!takes[type]) onEvent({ type: "activity", summary: `The agent takes no MCP server like ${name} (${type}).` });
  }
  const besides = mcpServers.filter(({ type }) => takes[type]).map(serverOf);
  const headers = { Authorization: `Bearer ${toolServer?.token ?? ""}` };
  const ours: McpServer[] =
    toolServer === undefined ? [] : [{ type: "http", name: SERVER, url: toolServer.url, headers }];
  return { cwd: workspace, mcpServers: [...ours.map(serverOf), ...besides] };
}

/** As the protocol says it: maps are lists of pairs, and the usual type has no name. */
function serverOf(server: McpServer): JsonObject {
  const pairs = (map: Readonly<Record<string, string>>) =>
    Object.entries(map).map(([name, value]) => ({ name, value }));
  if (server.type !== "stdio") return { ...server, headers: pairs(server.headers) };
  const { name, command, args, env } = server;
  return { name, command, args: [...args], env: pairs(env) };
}

function startFailure(thrown: unknown, startupMs: number, { signal }: SessionRequest): AgentFailure {
  if (signal.aborted) return failure("turn_cancelled", "The session was called off while it began.");
  if (isMaestroError(thrown) && thrown.code === "deadline") {
    return failure("startup_timeout", `The agent was not ready within ${startupMs} ms.`);
  }
  const { kind, sentence } = failureOf(toMaestroError(thrown));
  return failure(kind === "turn_failed" ? "protocol" : kind, sentence);
}

function failure(kind: AgentFailure["kind"], sentence: string): AgentFailure {
  return { kind, sentence, resetAt: null };
}
