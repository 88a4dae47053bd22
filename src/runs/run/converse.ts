import { anySignal } from "../../base/abort.ts";
import { MaestroError } from "../../base/errors.ts";
import { shortHash } from "../../base/ids.ts";
import type { AgentEvent } from "../../contracts/agent-provider.ts";
import type { RunPhase } from "../../model/run.ts";
import type { TranscriptWriter } from "../../record/index.ts";
import { renderPrompt } from "../../workflow/index.ts";
import type { WorkContext } from "../context.ts";
import { startAgent } from "./session-start.ts";
import { SessionWatch } from "./session-watch.ts";
import { ToolDesk } from "./tool-desk.ts";
import { masked, takeTurns, type TurnsEnd } from "./turns.ts";
import { Watchdog } from "./watchdog.ts";

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
    const watchdog = new Watchdog(context.workflow.budget.run, (error) => limit.abort(error));
    const end = await talk({ ...context, scope }, conversation, { signal, watchdog });
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
  { signal, watchdog }: { readonly signal: AbortSignal; readonly watchdog: Watchdog },
): Promise<TurnsEnd> {
  const { parts, observer, workflow } = context;
  const enter = (phase: RunPhase) => observer.note({ type: "phase_entered", data: { phase } });
  enter("building_prompt");
  const desk = new ToolDesk(context);
  const prompt = promptOf(context, conversation, desk);
  conversation.transcript.append(prompt, "prompt");
  enter("launching_agent");
  const watch = new SessionWatch({
    clock: parts.clock,
    observer,
    transcript: conversation.transcript,
    secrets: parts.secrets,
    commandMs: workflow.agent.commandTimeoutMs,
  });
  const hear = (event: AgentEvent): void => {
    context.tally.heard(event);
    watch.take(event);
    watchdog.take(event);
  };
  const start = await startAgent(context, conversation.path, { desk, watch, hear, signal });
  if (!start.ok) {
    const failure = masked(start.failure, parts.secrets);
    return { turns: 0, signal: { kind: "none" }, failure, why: { code: failure.kind, sentence: failure.sentence } };
  }
  const { session } = start;
  context.scope.defer("agent", () => session.stop({ graceMs: STOP_GRACE_MS }), RELEASE_LIMIT_MS);
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
    watch.end();
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

function runTimedOut(ms: number): MaestroError {
  return new MaestroError({
    code: "run_timed_out",
    message: `The run took longer than ${ms} ms in all.`,
    hint: "Raise agent.run_timeout_ms, or make the issue smaller.",
    facts: { ms },
  });
}
