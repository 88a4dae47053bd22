// The code of a plugin that brings a kind for every axis but the tracker's. Bundled by its test, as its author would bundle it.
import type { AgentProviderKind, AgentSession, SessionRequest } from "../../../src/contracts/agent-provider.ts";
import type { ForgeProvider } from "../../../src/contracts/forge.ts";
import type { PluginApi } from "../../../src/contracts/plugin.ts";
import type { Runtime } from "../../../src/contracts/runtime.ts";
import type { Tool } from "../../../src/contracts/tool.ts";
import { createMemoryForge, memoryForge } from "../../../src/forges/memory/index.ts";
import { localRuntime } from "../../../src/runtimes/local/index.ts";

export function activate(api: PluginApi): void {
  api.forge({ ...memoryForge, kind: "kit_forge", open: openForge });
  api.agent(agent);
  api.placement({
    kind: "kit_place",
    open: async (context) => translated(api, { ...localRuntime(context), placement: "kit_place" }),
  });
  api.tool(stamp);
}

/** A forge that takes a branch to be there when it is told of a change, as if it had seen the push. */
const openForge: ForgeProvider["open"] = async (options, context) => {
  const forge = createMemoryForge(options, context);
  const ensure = forge.ensureChange.bind(forge);
  return Object.assign(forge, {
    ensureChange: (...[draft, call]: Parameters<typeof ensure>) => {
      forge.receivePush(draft.branch, draft.headSha, null);
      return ensure(draft, call);
    },
  });
};

const stamp: Tool = {
  name: "kit_stamp",
  description: "Gives a stamp for a word.",
  mutates: false,
  inputSchema: {
    ...{ type: "object", additionalProperties: false, required: ["word"] },
    properties: { word: { type: "string", minLength: 1 } },
  },
  call: async (args, { issue }) => ({ ok: true, code: "ok", text: `${issue.identifier}: ${String(args.word)} 1` }),
};

/** An agent without a model: it asks for a stamp, writes it down, and hands off. */
const agent: AgentProviderKind = {
  kind: "kit_agent",
  can: ["tools"],
  parseOptions: (options) => options,
  open: async () => ({
    kind: "kit_agent",
    capabilities: { resume: false, tools: true, usage: false, interrupt: false, mcpServers: true },
    start: async (request) => ({ ok: true, session: sessionOf(request) }),
  }),
};

function sessionOf({
  callTool,
  runtime,
  workspace,
  mcpServers = [],
  env,
  marker,
  onEvent,
}: SessionRequest): AgentSession {
  const call = (name: string, args: object) => callTool({ id: name, name, arguments: args });
  return {
    id: "kit-session",
    resumed: false,
    turn: async () => {
      const refused = await call("kit_stamp", { wrong: true });
      const { text } = await call("kit_stamp", { word: "stamped" });
      const [server] = mcpServers;
      const said =
        server?.type === "stdio"
          ? await runtime.execute({
              ...{ command: server.command, args: server.args, cwd: workspace, marker },
              env: { ...env, ...server.env },
              ...{ timeoutMs: 10_000, maxOutputBytes: 1000, keep: "end" },
            })
          : null;
      await runtime.writeText(`${workspace}/stamp.txt`, [refused.code, text, said?.stdout ?? "no server"].join("\n"));
      onEvent({ type: "file_change", path: "stamp.txt", change: "added" });
      await call("repo_commit", { message: "Add a stamp" });
      const end = await call("run_handoff", { summary: "The stamp is there." });
      const last = await call("run_finalize", { path: "hand_off" });
      onEvent({ type: "message", text: `${end.text} ${last.text}` });
      return { status: "completed", failure: null, finalMessage: null };
    },
    interrupt: async () => undefined,
    stop: async () => undefined,
  };
}

/** Errors of a plugin are made by the host, which knows no other ones. */
function translated(api: PluginApi, runtime: Runtime): Runtime {
  const entries = Object.entries(runtime).map(([name, member]: [string, unknown]) => {
    if (typeof member !== "function") return [name, member];
    const call = (...args: unknown[]): unknown => {
      const answer: unknown = member(...args);
      return answer instanceof Promise ? answer.catch((error: unknown) => Promise.reject(foreign(api, error))) : answer;
    };
    return [name, call];
  });
  return Object.assign({ ...runtime }, Object.fromEntries(entries));
}

function foreign(api: PluginApi, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  return api.error({ code: error.code, message: error.message, cause: error });
}
