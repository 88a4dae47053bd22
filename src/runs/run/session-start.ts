import type { AgentEvent, AgentProvider, SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import type { HostGit } from "../../git/index.ts";
import { DEFAULT_ACCOUNT } from "../../model/account.ts";
import { processMarker } from "../../model/process-marker.ts";
import type { AgentSettings } from "../../model/workflow.ts";
import type { WorkContext } from "../context.ts";
import { agentEnvironment } from "../environment.ts";
import { openAgentPlace } from "./agent-place.ts";
import { judgePermission } from "./permission.ts";
import type { SessionWatch } from "./session-watch.ts";
import type { ToolDesk } from "./tool-desk.ts";

/** Who serves a session. */
export interface SessionStaff {
  readonly desk: ToolDesk;
  readonly watch: SessionWatch;
  readonly hear: (event: AgentEvent) => void;
  readonly signal: AbortSignal;
}

/** A session, or why there is none, and the folder of its account when it has one. */
export type StartedAgent = SessionStart & { readonly stateDirectory?: string };

/** Starts the run's agent with what it needs: its tools, its environment, its account and its limits. What it was given ends with the run's session. */
export async function startAgent(context: WorkContext, path: string, staff: SessionStaff): Promise<StartedAgent> {
  const { parts, workflow, work, assignment, runtime, log } = context;
  const { desk, watch, hear, signal } = staff;
  const provider = await parts.agent(workflow);
  const marker = processMarker(work, "agent");
  const place = await openAgentPlace({
    ...{ workflow, provider, runtime, marker, workspace: path, machine: parts.runtime },
    ...lentBy(parts.git(workflow)),
    agentsDirectory: parts.agentsDirectory,
    ...(assignment.account === undefined ? {} : { account: assignment.account }),
  });
  context.scope.defer("temporary files", place.close);
  // Those of its own account are the only secrets that an agent is meant to have.
  const keys = (await parts.accountKeys?.(provider.kind, assignment.account ?? DEFAULT_ACCOUNT)) ?? {};
  const resume = provider.capabilities.resume ? assignment.resume : null;
  const start = await provider.start({
    runtime: place.runtime,
    clock: parts.clock,
    log,
    workspace: path,
    marker,
    title: `${assignment.issue.identifier}: ${assignment.issue.title}`,
    tools: desk.descriptors,
    callTool: (call) => desk.answer(call, signal),
    resume,
    ...(resume === null || assignment.baseline == null ? {} : { baseline: assignment.baseline }),
    limits: limitsOf(workflow.agent),
    decide: async (request) => {
      const canAsk = desk.descriptors.some(({ name }) => name === "run_ask");
      const answer = judgePermission(request, canAsk);
      watch.decided(request, answer);
      if (request.kind === "question" && request.question !== undefined) desk.hold(request.question);
      return answer;
    },
    ...place.own,
    ...(await servedTools(context, provider, staff)),
    // Without guardrails it is the person's own home, with the person's logins.
    env: { ...environmentOf(context), ...(workflow.profile.unguarded === undefined ? place.env : {}), ...keys },
    onEvent: hear,
    signal,
  });
  const { account } = place.own;
  return account === undefined ? start : { ...start, stateDirectory: account.stateDirectory };
}

function limitsOf(agent: AgentSettings): SessionRequest["limits"] {
  return {
    startupMs: agent.startupTimeoutMs,
    responseMs: agent.readTimeoutMs,
    turnSilenceMs: agent.turnTimeoutMs,
    firstOutputMs: agent.firstOutputTimeoutMs,
    turnTotalMs: agent.turnTotalTimeoutMs,
    commandMs: agent.commandTimeoutMs,
  };
}

function lentBy(git: HostGit | null): { readonly objects?: string } {
  return git?.objects === undefined ? {} : { objects: git.objects };
}

/** A right to use the tool server, for agents that take their tools there, and what plugins bring beside it. */
async function servedTools(
  context: WorkContext,
  provider: AgentProvider,
  { desk, signal }: SessionStaff,
): Promise<Pick<SessionRequest, "toolServer" | "mcpServers">> {
  const { parts, scope } = context;
  const more = besides(context, provider);
  if (provider.capabilities.toolChannel !== "mcp" || desk.descriptors.length === 0) return more;
  const call = (made: Parameters<ToolDesk["answer"]>[0]) => desk.answer(made, signal);
  const { url, token, end } = await parts.toolServer.admit({ tools: desk.descriptors, call });
  scope.defer("tool server", end);
  return { ...more, toolServer: { url, token } };
}

/** What plugins bring, for agents that take it; for others that is told once per session. */
function besides(
  { workflow, log }: WorkContext,
  { kind, capabilities }: AgentProvider,
): Pick<SessionRequest, "mcpServers"> {
  const { mcpServers = [] } = workflow;
  if (mcpServers.length === 0) return {};
  if (capabilities.mcpServers === true) return { mcpServers };
  const names = mcpServers.map(({ name }) => name);
  log.warn("the agent takes no MCP servers, so it works without those of plugins", { agent: kind, servers: names });
  return {};
}

function environmentOf({ parts, workflow, work, assignment, runtime, log }: WorkContext) {
  const { id, identifier } = assignment.issue;
  const { env, dropped } = agentEnvironment({
    daemon: runtime.environment(),
    pass: workflow.profile.unguarded === undefined ? workflow.agentRuntime.pass : "all",
    env: workflow.agentRuntime.env,
    extra: { MAESTRO_ISSUE_ID: id, MAESTRO_ISSUE_IDENTIFIER: identifier, MAESTRO_RUN: String(work.run) },
    isSecret: (text) => parts.secrets.holds(text),
  });
  if (dropped.length > 0) log.warn("variables that hold a secret are not given to the agent", { names: [...dropped] });
  return env;
}
