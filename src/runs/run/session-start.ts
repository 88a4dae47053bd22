import { shortHash } from "../../base/ids.ts";
import type { AgentEvent, AgentProvider, SessionRequest, SessionStart } from "../../contracts/agent-provider.ts";
import { processMarker } from "../../model/process-marker.ts";
import type { WorkContext } from "../context.ts";
import { agentEnvironment } from "../environment.ts";
import { contain } from "./containment.ts";
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
  const { agent } = workflow;
  const provider = await parts.agent(workflow);
  const own = provider.hasOwnHome === true ? await ownFolders(context, provider) : { env: {} };
  const contained = await contain(runtime, {
    isolation: workflow.agentRuntime.isolation ?? "none",
    machine: parts.runtime,
    place: { workspace: path, home: parentOf(parts.agentsDirectory), ...placeOf(own) },
  });
  const resume = provider.capabilities.resume ? assignment.resume : null;
  const start = await provider.start({
    runtime: contained,
    clock: parts.clock,
    log,
    workspace: path,
    marker: processMarker(work, "agent"),
    title: `${assignment.issue.identifier}: ${assignment.issue.title}`,
    tools: desk.descriptors,
    callTool: (call) => desk.answer(call, signal),
    resume,
    ...(resume === null || assignment.baseline == null ? {} : { baseline: assignment.baseline }),
    limits: {
      startupMs: agent.startupTimeoutMs,
      responseMs: agent.readTimeoutMs,
      turnSilenceMs: agent.turnTimeoutMs,
      firstOutputMs: agent.firstOutputTimeoutMs,
      turnTotalMs: agent.turnTotalTimeoutMs,
      commandMs: agent.commandTimeoutMs,
    },
    decide: async (request) => {
      const canAsk = desk.descriptors.some(({ name }) => name === "run_ask");
      const answer = judgePermission(request, canAsk);
      watch.decided(request, answer);
      if (request.kind === "question" && request.question !== undefined) desk.hold(request.question);
      return answer;
    },
    ...own,
    ...(await servedTools(context, provider, staff)),
    // Without guardrails it is the person's own home, with the person's logins.
    env: workflow.profile.unguarded === undefined ? { ...environmentOf(context), ...own.env } : environmentOf(context),
    onEvent: hear,
    signal,
  });
  return "account" in own ? { ...start, stateDirectory: own.account.stateDirectory } : start;
}

type Own = Awaited<ReturnType<typeof ownFolders>> | { readonly env: Readonly<Record<string, string>> };

function placeOf(own: Own): Pick<SessionRequest, "account" | "temporaryDirectory"> {
  return "account" in own ? { account: own.account, temporaryDirectory: own.temporaryDirectory } : {};
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** A right to use the tool server, for agents that take their tools there. */
async function servedTools(
  { parts, scope }: WorkContext,
  { capabilities }: AgentProvider,
  { desk, signal }: SessionStaff,
): Promise<Pick<SessionRequest, "toolServer">> {
  if (capabilities.toolChannel !== "mcp" || desk.descriptors.length === 0) return {};
  const call = (made: Parameters<ToolDesk["answer"]>[0]) => desk.answer(made, signal);
  const { url, token, end } = await parts.toolServer.admit({ tools: desk.descriptors, call });
  scope.defer("tool server", end);
  return { toolServer: { url, token } };
}

/**
 * The account's folder, which stays, and a folder for temporary files, which goes with the session. The home is the account's, so that an
 * agent finds nothing of the person whose machine this is but the login that it is given.
 */
async function ownFolders(
  { parts, runtime, work, scope }: WorkContext,
  { kind }: AgentProvider,
): Promise<
  Required<Pick<SessionRequest, "account" | "temporaryDirectory">> & { readonly env: Record<string, string> }
> {
  const name = "default";
  const stateDirectory = `${parts.agentsDirectory}/${kind}/${name}`;
  const home = `${stateDirectory}/home`;
  const temporaryDirectory = `${runtime.temporaryDirectory()}/maestro-${shortHash(processMarker(work, "tmp"))}`;
  await runtime.makeDirectory(home, { mode: 0o700 });
  await runtime.makeDirectory(temporaryDirectory, { mode: 0o700 });
  scope.defer("temporary files", () => runtime.remove(temporaryDirectory));
  const userHome = runtime.environment().HOME ?? "/";
  return {
    account: { name, stateDirectory, userHome },
    temporaryDirectory,
    env: { HOME: home, TMPDIR: temporaryDirectory },
  };
}

function environmentOf({ parts, workflow, work, assignment, runtime, log }: WorkContext) {
  const { id, identifier } = assignment.issue;
  const { env, dropped } = agentEnvironment({
    daemon: runtime.environment(),
    pass: workflow.profile.unguarded === undefined ? workflow.agentRuntime.pass : "all",
    env: workflow.agentRuntime.env,
    extra: { MAESTRO_ISSUE_ID: id, MAESTRO_ISSUE_IDENTIFIER: identifier, MAESTRO_RUN: String(work.run) },
    isSecret: (text) => parts.secrets.redact(text) !== text,
  });
  if (dropped.length > 0) log.warn("variables that hold a secret are not given to the agent", { names: [...dropped] });
  return env;
}
