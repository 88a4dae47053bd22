import { anySignal } from "../../base/abort.ts";
import { MaestroError } from "../../base/errors.ts";
import { shortHash } from "../../base/ids.ts";
import type { AgentSession, SessionStart } from "../../contracts/agent-provider.ts";
import { processMarker } from "../../model/process-marker.ts";
import type { RunPhase } from "../../model/run.ts";
import type { TranscriptWriter } from "../../record/index.ts";
import { renderPrompt } from "../../workflow/index.ts";
import type { WorkContext } from "../context.ts";
import { agentEnvironment } from "../environment.ts";
import { SessionWatch } from "./session-watch.ts";
import { ToolDesk } from "./tool-desk.ts";
import { masked, takeTurns, type TurnsEnd } from "./turns.ts";

/** Grace of an agent that is stopped, milliseconds; the rest is the runtime's. */
const STOP_GRACE_MS = 2_000;
/** Longest release of a session, milliseconds. */
const RELEASE_LIMIT_MS = 20_000;

/** A run's conversation: where, and what is said first beyond the template. */
export interface Conversation {
  readonly path: string;
  readonly feedback: string | null;
  readonly transcript: TranscriptWriter;
}

/**
 * Starts the agent, talks with it and ends it; when this returns or throws, none of its processes is left. Throws for prompts
 * that do not render, tools that are not built, a run that takes too long, and work that was broken off.
 */
export async function converse(context: WorkContext, conversation: Conversation): Promise<TurnsEnd> {
  const scope = context.scope.child("session");
  const limit = new AbortController();
  const { runTimeoutMs } = context.workflow.agent;
  const timer = context.parts.clock.setTimer(runTimeoutMs, () => limit.abort(runTimedOut(runTimeoutMs)));
  scope.defer("run limit", () => timer.cancel());
  const isLate = () => limit.signal.aborted && !context.signal.aborted;
  try {
    const signal = anySignal([context.signal, limit.signal]);
    const end = await talk(context, conversation, signal, (session) =>
      scope.defer("agent", () => session.stop({ graceMs: STOP_GRACE_MS }), RELEASE_LIMIT_MS),
    );
    if (end.failure !== null && isLate()) throw runTimedOut(runTimeoutMs);
    return end;
  } catch (error) {
    // What broke then was only the echo of the limit.
    throw isLate() ? runTimedOut(runTimeoutMs) : error;
  } finally {
    await scope.close();
  }
}

async function talk(
  context: WorkContext,
  conversation: Conversation,
  signal: AbortSignal,
  onSession: (session: AgentSession) => void,
): Promise<TurnsEnd> {
  const { parts, observer, workflow } = context;
  const enter = (phase: RunPhase) => observer.note({ type: "phase_entered", data: { phase } });
  enter("building_prompt");
  const desk = new ToolDesk(context);
  const prompt = promptOf(context, conversation, desk);
  conversation.transcript.append(prompt, "prompt");
  enter("launching_agent");
  const watch = new SessionWatch(parts.clock, observer, conversation.transcript, parts.secrets);
  const start = await startAgent(context, conversation, { desk, watch, signal });
  if (!start.ok) {
    const failure = masked(start.failure, parts.secrets);
    return { turns: 0, signal: { kind: "none" }, failure, why: { code: failure.kind, sentence: failure.sentence } };
  }
  const { session } = start;
  onSession(session);
  enter("initializing_session");
  observer.note({
    type: "session_started",
    data: {
      sessionId: session.id,
      agent: workflow.agentProvider.kind,
      resumed: session.resumed,
      promptHash: shortHash(prompt),
    },
  });
  enter("streaming_turn");
  try {
    const log = context.log.child({ session_id: session.id });
    return await takeTurns({ ...context, log }, session, { prompt, desk, watch, signal });
  } finally {
    watch.report();
  }
}

function promptOf({ assignment, workflow, work }: WorkContext, conversation: Conversation, desk: ToolDesk): string {
  const { issue, attempt, purpose, branch } = assignment;
  return renderPrompt(workflow, {
    issue,
    attempt,
    retryKind: purpose === "first" ? null : purpose,
    feedback: conversation.feedback,
    lane: { branch, workspace: conversation.path },
    tools: desk.descriptors,
    run: { number: work.run, purpose },
  });
}

async function startAgent(
  context: WorkContext,
  { path }: Conversation,
  { desk, watch, signal }: { readonly desk: ToolDesk; readonly watch: SessionWatch; readonly signal: AbortSignal },
): Promise<SessionStart> {
  const { parts, workflow, work, assignment, runtime, log } = context;
  const { startupTimeoutMs, readTimeoutMs, turnTimeoutMs } = workflow.agent;
  const provider = await parts.agent(workflow);
  return provider.start({
    runtime,
    clock: parts.clock,
    log,
    workspace: path,
    env: environmentOf(context),
    marker: processMarker(work, "agent"),
    title: `${assignment.issue.identifier}: ${assignment.issue.title}`,
    tools: desk.descriptors,
    callTool: (call) => desk.answer(call, signal),
    resume: provider.capabilities.resume ? assignment.resume : null,
    limits: { startupMs: startupTimeoutMs, responseMs: readTimeoutMs, turnSilenceMs: turnTimeoutMs },
    onEvent: (event) => {
      context.tally.heard(event);
      watch.take(event);
    },
    signal,
  });
}

function environmentOf({ parts, workflow, work, assignment, runtime, log }: WorkContext) {
  const { id, identifier } = assignment.issue;
  const { env, dropped } = agentEnvironment({
    daemon: runtime.environment(),
    pass: workflow.agentRuntime.pass,
    env: workflow.agentRuntime.env,
    extra: { MAESTRO_ISSUE_ID: id, MAESTRO_ISSUE_IDENTIFIER: identifier, MAESTRO_RUN: String(work.run) },
    isSecret: (text) => parts.secrets.redact(text) !== text,
  });
  if (dropped.length > 0) log.warn("variables that hold a secret are not given to the agent", { names: [...dropped] });
  return env;
}

function runTimedOut(ms: number): MaestroError {
  return new MaestroError({
    code: "run_timed_out",
    message: `The run took longer than ${ms} ms in all.`,
    hint: "Raise agent.run_timeout_ms, or make the issue smaller.",
    facts: { ms },
  });
}
