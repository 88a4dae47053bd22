import { anySignal } from "../../base/abort.ts";
import { MaestroError } from "../../base/errors.ts";
import { newNonce, shortHash } from "../../base/ids.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";
import type { EventOf } from "../../model/events/index.ts";
import type { RunPhase } from "../../model/run.ts";
import type { TranscriptWriter } from "../../record/index.ts";
import { shownIssue, USUAL_TRUST } from "../../model/trust.ts";
import { NO_USAGE } from "../../model/usage.ts";
import { renderPrompt, renderResumption } from "../../workflow/index.ts";
import type { WorkContext } from "../context.ts";
import { ContextWatch } from "./context-watch.ts";
import { type StartedAgent, startAgent } from "./session-start.ts";
import { SessionWatch } from "./session-watch.ts";
import { SpendingWatch } from "./spending-watch.ts";
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
  const isOver = () => limit.signal.aborted && !context.signal.aborted;
  try {
    const signal = anySignal([context.signal, limit.signal]);
    const spending = await SpendingWatch.begin(context, (error) => limit.abort(error));
    scope.defer("spending", () => spending.end());
    const fullness = new ContextWatch((error) => limit.abort(error));
    const end = await talk({ ...context, scope }, conversation, { signal, spending, fullness });
    if (end.failure !== null && isOver()) throw limit.signal.reason;
    return end;
  } catch (error) {
    // What broke then was only the echo of the limit.
    throw isOver() ? limit.signal.reason : error;
  } finally {
    await scope.close();
  }
}

async function talk(
  context: WorkContext,
  conversation: Conversation,
  {
    signal,
    spending,
    fullness,
  }: { readonly signal: AbortSignal; readonly spending: SpendingWatch; readonly fullness: ContextWatch },
): Promise<TurnsEnd> {
  const { parts, observer, workflow } = context;
  const enter = (phase: RunPhase) => observer.note({ type: "phase_entered", data: { phase } });
  enter("building_prompt");
  const desk = await ToolDesk.open(context, conversation.path);
  const prompts = promptsOf(context, conversation, desk);
  enter("launching_agent");
  const watch = new SessionWatch({
    clock: parts.clock,
    observer,
    transcript: conversation.transcript,
    secrets: parts.secrets,
    commandMs: workflow.agent.commandTimeoutMs,
    reports: (all) => spending.reports(all),
  });
  const hear = (event: AgentEvent): void => {
    context.tally.heard(event);
    watch.take(event);
    spending.hear(event);
    fullness.take(event);
  };
  const start = await startAgent(context, conversation.path, { desk, watch, hear, signal });
  if (!start.ok) {
    const failure = masked(start.failure, parts.secrets);
    return { turns: 0, signal: { kind: "none" }, failure, why: { code: failure.kind, sentence: failure.sentence } };
  }
  const { session } = start;
  context.scope.defer("agent", () => session.stop({ graceMs: STOP_GRACE_MS }), RELEASE_LIMIT_MS);
  enter("initializing_session");
  const prompt = session.resumed ? prompts.resumed : prompts.whole;
  conversation.transcript.append(prompt, "prompt");
  const data = { ...sessionData(context, conversation, start, prompt), ...spending.paid() };
  await observer.observe({ type: "session_started", data });
  spending.open();
  enter("streaming_turn");
  try {
    const log = context.log.child({ session_id: session.id });
    return await takeTurns({ ...context, log }, session, { prompt, desk, watch, spending, signal });
  } finally {
    watch.end();
  }
}

/** What goes on record before the first prompt: what the agent does from there on can be found again, whatever happens. */
function sessionData(
  { workflow, assignment }: WorkContext,
  { path }: Conversation,
  { session, stateDirectory }: Extract<StartedAgent, { ok: true }>,
  prompt: string,
): EventOf<"session_started">["data"] {
  return {
    sessionId: session.id,
    promptHash: shortHash(prompt),
    agent: workflow.agentProvider.kind,
    resumed: session.resumed,
    ...(session.version === undefined ? {} : { version: session.version }),
    ...(stateDirectory === undefined ? {} : { stateDirectory }),
    cwd: path,
    baseline: session.resumed ? (assignment.baseline ?? NO_USAGE) : NO_USAGE,
  };
}

/** What the session is told first: `resumed` when it is the old one, else `whole`. Both are made before anything is started. */
function promptsOf({ assignment, workflow, work, parts }: WorkContext, conversation: Conversation, desk: ToolDesk) {
  const { issue, attempt, purpose, branch, earlier = null, answer = null, interrupted = null, resume } = assignment;
  const { words = null, checkpoint = null } = assignment;
  const input = {
    issue: shownIssue(workflow.trust ?? USUAL_TRUST, issue, newNonce(parts.random)),
    attempt,
    retryKind: purpose === "first" ? null : purpose,
    feedback: conversation.feedback,
    earlier,
    answer,
    words,
    checkpoint,
    lane: { branch, workspace: conversation.path },
    tools: desk.descriptors,
    run: { number: work.run, purpose },
  };
  const whole = renderPrompt(workflow, input);
  return { whole, resumed: resume === null ? whole : renderResumption(workflow, { ...input, interrupted }) };
}

function runTimedOut(ms: number): MaestroError {
  return new MaestroError({
    code: "run_timed_out",
    message: `The run took longer than ${ms} ms in all.`,
    hint: "Raise agent.run_timeout_ms, or make the issue smaller.",
    facts: { ms },
  });
}
