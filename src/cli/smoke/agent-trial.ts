import { join } from "node:path";
import { MaestroError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { silentLog } from "../../base/log.ts";
import { SecretRegistry } from "../../base/redact.ts";
import type {
  AgentFailure,
  AgentProbe,
  AgentSession,
  SessionRequest,
  TurnResult,
} from "../../contracts/agent-provider.ts";
import type { ToolResult } from "../../contracts/tool.ts";
import { markerPrefix, processMarker } from "../../model/process-marker.ts";
import { createToolServer, type ToolServer } from "../../tools/index.ts";
import type { AgentPlace } from "../../runs/index.ts";
import type { AgentRig, App } from "../app.ts";

const LOG_IN =
  "Log in with the agent's own command as the user that runs Maestro, or name the variable with its key in agent_runtime.pass.";

/** An agent in an empty folder of its own, outside of every lane. */
export interface AgentTrial {
  readonly folder: string;
  /** How often it called a tool so far. Each is answered; nothing is recorded. */
  readonly toolCalls: number;
  /** Throws the agent's failure as `agent_<kind>`. */
  start(signal: AbortSignal): Promise<AgentSession>;
  /** Throws the agent's failure as `agent_<kind>`; when the signal is aborted the session has to be stopped. */
  turn(session: AgentSession, prompt: string, signal: AbortSignal): Promise<TurnResult>;
  /** Looks at it without asking its model anything; `null` when it cannot be looked at like this. */
  probe(signal: AbortSignal): Promise<AgentProbe | null>;
  /** Throws `process_left` when one of its processes lives. */
  requireNoProcess(): Promise<void>;
  /** Throws `folder_left`. */
  requireNoFolder(): Promise<void>;
  /** Ends whatever is left of it. */
  close(): Promise<void>;
}

/** Makes the folder of a trial. May throw the runtime's codes. */
export async function openAgentTrial(app: App, rig: AgentRig): Promise<AgentTrial> {
  const { runtime } = rig;
  const scope = { workflowId: rig.workflow.id, laneId: newId(app.random, "smoke"), run: 1 };
  const folder = join(runtime.temporaryDirectory(), `maestro-${scope.laneId}`);
  await runtime.makeDirectory(folder, { mode: 0o700 });
  const marker = processMarker(scope, "agent");
  const place = await openPlace(rig, folder, marker);
  const server = createToolServer({ random: app.random, secrets: new SecretRegistry() });
  let toolCalls = 0;
  const callTool = async (): Promise<ToolResult> => {
    toolCalls += 1;
    return { ok: true, code: "ok", text: "Noted. This is a connection test, nothing is recorded." };
  };
  const asked = async (signal: AbortSignal) => ({
    ...request(app, rig, { folder, place, marker, callTool, signal }),
    ...(await servedTools(rig, server, callTool)),
  });
  return {
    folder,
    get toolCalls() {
      return toolCalls;
    },
    probe: async (signal) => (await rig.provider.probe?.(await asked(signal))) ?? null,
    start: async (signal) => {
      const started = await rig.provider.start({ ...(await asked(signal)), resume: null });
      if (started.ok) return started.session;
      throw failureOf(started.failure);
    },
    turn: async (session, prompt) => {
      const result = await session.turn(prompt);
      if (result.failure === null) return result;
      throw failureOf(result.failure);
    },
    requireNoProcess: async () => {
      const left = await runtime.liveMarkers(markerPrefix(scope));
      if (left.length > 0) throw new MaestroError({ code: "process_left", message: "Processes of the agent live on." });
    },
    requireNoFolder: async () => {
      if ((await runtime.stat(folder)) === undefined) return;
      throw new MaestroError({ code: "folder_left", message: `${folder} could not be removed.` });
    },
    close: async () => {
      await server.close();
      await runtime.killMarked(marker);
      await runtime.remove(folder);
      await place.close();
    },
  };
}

/** Its place as a run would have it; the trial's folder goes when there is none. */
async function openPlace(rig: AgentRig, folder: string, marker: string): Promise<AgentPlace> {
  try {
    return await rig.place(folder, marker);
  } catch (error) {
    await rig.runtime.remove(folder);
    throw error;
  }
}

/** The tools as runs have them, for agents that take theirs from the tool server. */
async function servedTools(
  { provider, tools }: AgentRig,
  server: ToolServer,
  call: () => Promise<ToolResult>,
): Promise<Pick<SessionRequest, "toolServer">> {
  if (provider.capabilities.toolChannel !== "mcp" || tools.length === 0) return {};
  let onList = (): void => undefined;
  const listed = new Promise<void>((resolve) => {
    onList = resolve;
  });
  const { url, token } = await server.admit({ tools, call, onList: () => onList() });
  return { toolServer: { url, token, listed } };
}

interface Start {
  readonly folder: string;
  readonly place: AgentPlace;
  readonly marker: string;
  readonly callTool: () => Promise<ToolResult>;
  readonly signal: AbortSignal;
}

function request({ clock }: App, { workflow, tools, environment }: AgentRig, start: Start) {
  const { startupTimeoutMs, readTimeoutMs, turnTimeoutMs, firstOutputTimeoutMs, turnTotalTimeoutMs } = workflow.agent;
  const { runtime, own, env } = start.place;
  const whole = environment({ MAESTRO_ISSUE_ID: "smoke-1", MAESTRO_ISSUE_IDENTIFIER: "SMOKE-1", MAESTRO_RUN: "1" });
  return {
    runtime,
    clock,
    log: silentLog,
    workspace: start.folder,
    ...own,
    // Without guardrails it is the person's own home, as it is for runs.
    env: workflow.profile.unguarded === undefined ? { ...whole, ...env } : whole,
    marker: start.marker,
    title: "SMOKE-1: Connection test",
    tools,
    callTool: start.callTool,
    limits: {
      ...{ startupMs: startupTimeoutMs, responseMs: readTimeoutMs, turnSilenceMs: turnTimeoutMs },
      ...{ firstOutputMs: firstOutputTimeoutMs, turnTotalMs: turnTotalTimeoutMs },
    },
    onEvent: () => undefined,
    signal: start.signal,
  };
}

function failureOf({ kind, sentence }: AgentFailure): MaestroError {
  const code = kind.startsWith("agent_") ? kind : `agent_${kind}`;
  const hint = kind === "auth" || /not logged in/i.test(sentence) ? LOG_IN : undefined;
  return new MaestroError({
    code,
    message: sentence,
    facts: { failure: kind },
    ...(hint === undefined ? {} : { hint }),
  });
}
