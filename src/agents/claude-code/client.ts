import { randomUUID } from "node:crypto";
import { toMaestroError } from "../../base/errors.ts";
import { launchAgent, launchOf } from "../../contracts/agent-launch.ts";
import type { AgentFailure, SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import { type ClaudeHome, openHome } from "./account.ts";
import type { ClaudeOptions } from "./schema.ts";
import { ClaudeSession, SERVER } from "./session.ts";

/** Grace of a session that could not be started, milliseconds. */
const FAILED_START_GRACE_MS = 1_000;
/** With a short list the tools of the run are offered at once and not behind a search. */
const TOOLS = ["Bash", "Read", "Edit", "Write", "Glob", "Grep", "TodoWrite", "Skill"];
/** Longest call of one of our tools, milliseconds, as the agent is told; ours end before it. */
const TOOL_TIMEOUT_MS = 60_000;

/** What it would send, fetch or change by itself. */
const QUIET = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_BUG_COMMAND: "1",
  // The host tries again, with a back-off that is on record.
  CLAUDE_CODE_MAX_RETRIES: "2",
  MCP_TOOL_TIMEOUT: String(TOOL_TIMEOUT_MS),
};

/** Starts Claude Code and shakes hands. Never rejects; leaves nothing behind when it fails. */
export async function startSession(options: ClaudeOptions, request: SessionRequest): Promise<SessionStart> {
  try {
    const home = await openHome(request);
    const id = await sessionFor(home, request);
    const release = await home.lock(id.id);
    if (release === null) return refuse("process_exit", `A living process has the session ${id.id}.`);
    const started = await launch(options, request, { home, ...id, release });
    if (!started.ok) await release();
    return started;
  } catch (error) {
    return refuse("process_exit", `Claude Code could not be prepared: ${toMaestroError(error).message}`);
  }
}

/** The old session when there is one to resume, else a new one under an id of ours. */
async function sessionFor(home: ClaudeHome, { resume, onEvent }: SessionRequest) {
  if (resume !== null && (await home.knows(resume))) return { id: resume, resumed: true };
  if (resume !== null) onEvent({ type: "activity", summary: "The old session is not there any more." });
  return { id: randomUUID(), resumed: false };
}

interface Opening {
  readonly home: ClaudeHome;
  readonly id: string;
  readonly resumed: boolean;
  readonly release: () => Promise<void>;
}

async function launch(options: ClaudeOptions, request: SessionRequest, opening: Opening): Promise<SessionStart> {
  const command = options.command ?? options.command_argv ?? ["claude"];
  const env = { ...request.env, ...QUIET, ...opening.home.env, ...options.env };
  const args = await argumentsOf(options, request, opening);
  const launched = await launchAgent(launchOf(command, env, args), request);
  if (!launched.ok) return launched;
  const session = new ClaudeSession(launched.agent, request, opening);
  const failure = await session.open();
  if (failure === null) return { ok: true, session };
  await session.stop({ graceMs: FAILED_START_GRACE_MS });
  return { ok: false, failure };
}

async function argumentsOf(
  options: ClaudeOptions,
  request: SessionRequest,
  { id, resumed }: Opening,
): Promise<readonly string[]> {
  const { model, permission_mode: mode = "default", tools = TOOLS, allowed_tools: allowed = [] } = options;
  const besides = (request.mcpServers ?? []).map(({ name }) => name);
  const { append_system_prompt: system, max_budget_usd: budget, settings } = options;
  const optional = (flag: string, value: string | undefined): string[] => (value === undefined ? [] : [flag, value]);
  return [
    ...["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"],
    ...["--permission-prompt-tool", "stdio", "--permission-mode", mode],
    // Neither the settings of the person whose machine this is nor those of the repository decide here.
    ...["--setting-sources", "", "--strict-mcp-config"],
    ...(resumed ? ["--resume", id] : ["--session-id", id]),
    ...(await toolArguments(request)),
    ...(await skillArguments(request)),
    ...optional("--model", model),
    ...optional("--append-system-prompt", system),
    ...optional("--max-budget-usd", budget?.toString()),
    ...optional("--settings", settings === undefined ? undefined : JSON.stringify(settings)),
    // These take any number of values, so that they stand last.
    ...["--tools", tools.join(",")],
    ...[
      "--allowedTools",
      [SERVER, ...besides]
        .map((name) => `mcp__${name}`)
        .concat(allowed)
        .join(","),
    ],
  ];
}

/** The token stands in a file of the run's own, not in an argument or a variable that a command could see. */
async function toolArguments(request: SessionRequest): Promise<string[]> {
  const { runtime, toolServer, mcpServers = [], temporaryDirectory, marker } = request;
  if (toolServer === undefined && mcpServers.length === 0) return [];
  const file = `${temporaryDirectory ?? runtime.temporaryDirectory()}/${marker}-tools.json`;
  const servers = Object.fromEntries(mcpServers.map(({ name, ...server }) => [name, server]));
  const all = { ...servers, ...(toolServer === undefined ? {} : { [SERVER]: ours(toolServer) }) };
  await runtime.writeText(file, JSON.stringify({ mcpServers: all }), { mode: 0o600, durable: false });
  return ["--mcp-config", file];
}

/**
 * The workspace's skills. With the settings of nobody it would not look for them; as a plugin that is nothing but a link to them, it takes nothing else of the
 * repository along: no hooks, no settings, no servers.
 */
async function skillArguments({ runtime, workspace, temporaryDirectory, marker }: SessionRequest): Promise<string[]> {
  const skills = `${workspace}/.claude/skills`;
  if ((await runtime.stat(skills))?.kind !== "directory") return [];
  const plugin = `${temporaryDirectory ?? runtime.temporaryDirectory()}/${marker}-skills/workspace`;
  const manifest = JSON.stringify({ name: "workspace", version: "1.0.0" });
  await runtime.writeText(`${plugin}/.claude-plugin/plugin.json`, manifest, { durable: false });
  await runtime.remove(`${plugin}/skills`);
  await runtime.link(skills, `${plugin}/skills`);
  return ["--plugin-dir", plugin];
}

function ours({ url, token }: NonNullable<SessionRequest["toolServer"]>) {
  const headers = { Authorization: `Bearer ${token}` };
  return { type: "http", url, headers, alwaysLoad: true, timeout: TOOL_TIMEOUT_MS };
}

function refuse(kind: AgentFailure["kind"], sentence: string): SessionStart {
  return { ok: false, failure: { kind, sentence, resetAt: null } };
}
