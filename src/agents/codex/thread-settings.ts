import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { SessionRequest } from "../../contracts/agent-provider.ts";
import type { McpServer } from "../../model/mcp-server.ts";
import { approvalPolicyOf, DEFAULT_SANDBOX } from "./options.ts";
import type { CodexOptions } from "./schema.ts";

/** The name under which Codex knows the run's tool server; its tools are in the namespace `mcp__maestro`. */
export const TOOL_SERVER = "maestro";
/** Longest call of a typed tool, seconds: beyond what the host allows itself (55 s), below Codex's own 300 s. */
const TOOL_TIMEOUT_S = 60;
/** By this the processes of a run are found; Codex hands only a core of its environment to commands. */
const MARKER = "MAESTRO_PROCESS_MARKER";

/**
 * Settings that Codex reads when it starts: nothing is looked up, fetched or sent that the work does not need. As features, not as
 * `--disable`: a name that a later version drops is then a warning.
 */
export const START_SETTINGS: readonly string[] = [
  "check_for_update_on_startup=false",
  "analytics.enabled=false",
  "feedback.enabled=false",
  'otel.exporter="none"',
  "features.plugins=false",
  "features.apps=false",
  "features.remote_plugin=false",
].flatMap((setting) => ["-c", setting]);

/**
 * The same for a thread. Commands run in no login shell and in no snapshot of one, because profiles bring secrets back; sub-agents and goals
 * would spend tokens that no turn accounts for.
 */
const THREAD_SETTINGS: JsonObject = {
  allow_login_shell: false,
  "features.plugins": false,
  "features.apps": false,
  "features.remote_plugin": false,
  "features.shell_snapshot": false,
  "features.multi_agent": false,
  "features.goals": false,
  "features.tool_suggest": false,
};

/** Names that Codex hands to commands by itself (`inherit = "core"`). */
const CORE = ["HOME", "LOGNAME", "PATH", "SHELL", "USER", "USERNAME", "TMPDIR", "TEMP", "TMP"];
const SECRET = /KEY|SECRET|TOKEN|PASSW|CREDENTIAL|AUTH|^CODEX_|^OPENAI_/i;

type Session = Pick<
  SessionRequest,
  "env" | "marker" | "temporaryDirectory" | "tools" | "toolServer" | "mcpServers" | "workspace"
>;

/** How the tools of a session reach Codex: without a tool server there is only its own protocol. */
export function channelOf(options: CodexOptions, { toolServer }: Pick<Session, "toolServer">): "mcp" | "dynamic" {
  return toolServer === undefined ? "dynamic" : (options.tools ?? "mcp");
}

/** What `thread/start` and `thread/resume` are asked with. */
export function threadParameters(options: CodexOptions, session: Session): JsonObject {
  const { model, developer_instructions: instructions } = options;
  return {
    cwd: session.workspace,
    approvalPolicy: approvalPolicyOf(options),
    sandbox: options.thread_sandbox ?? DEFAULT_SANDBOX,
    ...(model === undefined ? {} : { model }),
    ...(instructions === undefined ? {} : { developerInstructions: instructions }),
    config: configOf(options, session),
  };
}

/** The tools of a new thread, for Codex's own channel; a thread keeps them as they are. */
export function dynamicTools({ tools }: Session): JsonObject {
  const specs = tools.map(({ name, description, inputSchema }) => ({
    type: "function",
    name,
    description,
    inputSchema,
  }));
  return specs.length === 0 ? {} : { dynamicTools: specs };
}

/**
 * What `turn/start` is asked with beside the prompt. Unless a policy names its own writable roots, the repository's metadata can be written:
 * agents commit, and Codex protects it by default. Whatever else a policy says goes through as it is.
 */
export function turnParameters(options: CodexOptions, session: Session, hasRepository: boolean): JsonObject {
  const { turn_sandbox_policy: policy, thread_sandbox: mode = DEFAULT_SANDBOX } = options;
  const writableRoots = hasRepository ? [`${session.workspace}/.git`] : [];
  if (policy !== undefined) {
    const isOpen = policy.type === "workspaceWrite" && policy.writableRoots === undefined && hasRepository;
    return { sandboxPolicy: isOpen ? { ...policy, writableRoots } : policy };
  }
  if (mode !== "workspace-write") return {};
  return {
    sandboxPolicy: {
      type: "workspaceWrite",
      writableRoots,
      networkAccess: false,
      excludeTmpdirEnvVar: false,
      excludeSlashTmp: session.temporaryDirectory !== undefined,
    },
  };
}

function configOf(options: CodexOptions, session: Session): JsonObject {
  const { config = {}, reasoning_effort: effort } = options;
  return {
    ...THREAD_SETTINGS,
    // Said either way: otherwise Codex trusts a writable workspace by itself, and keeps that in its settings file. Settings of a trusted
    // repository start programs outside of the sandbox, and an agent can write them with Git.
    projects: { [session.workspace]: { trust_level: options.trust_repository === true ? "trusted" : "untrusted" } },
    "shell_environment_policy.inherit": "core",
    "shell_environment_policy.set": commandEnvironment(session, keyNames(config)),
    ...(effort === undefined ? {} : { model_reasoning_effort: effort }),
    ...config,
    ...Object.assign({}, ...(session.mcpServers ?? []).map(beside)),
    ...(channelOf(options, session) === "mcp" ? serverSettings(session) : {}),
  };
}

function serverSettings({ toolServer }: Session): JsonObject {
  if (toolServer === undefined) return {};
  const settings: JsonObject = {
    url: toolServer.url,
    http_headers: { Authorization: `Bearer ${toolServer.token}` },
    // A session without its tools is worth nothing: it does not start.
    required: true,
    // Without it the approval policy `never` refuses every tool that changes something.
    default_tools_approval_mode: "approve",
    tool_timeout_sec: TOOL_TIMEOUT_S,
  };
  return below(TOOL_SERVER, settings);
}

/** A server beside ours: a session goes on without it. Codex speaks no SSE. */
function beside(server: McpServer): JsonObject {
  if (server.type === "sse") return {};
  const { name, type } = server;
  const how: JsonObject =
    type === "stdio"
      ? { command: server.command, args: [...server.args], env: { ...server.env } }
      : { url: server.url, http_headers: { ...server.headers } };
  return below(name, { ...how, default_tools_approval_mode: "approve" });
}

function below(server: string, settings: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`mcp_servers.${server}.${key}`, value]));
}

/** What commands of the agent see beyond the core: what the host gives the agent, less everything that looks like a secret. */
function commandEnvironment({ env, marker }: Session, keys: readonly string[]): JsonObject {
  const isFit = (name: string): boolean => !CORE.includes(name) && !keys.includes(name) && !SECRET.test(name);
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => isFit(name))), [MARKER]: marker };
}

/** The variables from which model providers of these settings take their keys. */
function keyNames(settings: JsonObject): string[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    if (isJsonObject(value)) return keyNames(value);
    return /(^|\.)env_key$/.test(key) && typeof value === "string" ? [value] : [];
  });
}
