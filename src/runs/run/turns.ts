import type { SecretRegistry } from "../../base/redact.ts";
import type { AgentFailure, AgentSession } from "../../contracts/agent-provider.ts";
import { type CompletionSignal, isFinal } from "../../model/run.ts";
import { type Reason, reason } from "../../model/verdict.ts";
import { judgeStanding } from "../../policy/index.ts";
import { isMendable } from "../../tools/index.ts";
import { renderContinuation } from "../../workflow/index.ts";
import type { WorkContext } from "../context.ts";
import { readIssue } from "./issue-check.ts";
import type { SessionWatch } from "./session-watch.ts";
import type { SpendingWatch } from "./spending-watch.ts";
import type { ToolDesk } from "./tool-desk.ts";

/** How a conversation ended. */
export interface TurnsEnd {
  readonly turns: number;
  readonly signal: CompletionSignal;
  /** Set when the agent failed; a signal that was already confirmed outweighs it. */
  readonly failure: AgentFailure | null;
  readonly why: Reason;
}

/**
 * Prompts until the agent has said how the run ends, fails, is out of turns, or its issue does not want work any more
 * (S-092, S-093, S-194).
 */
export async function takeTurns(
  context: WorkContext,
  session: AgentSession,
  parts: {
    readonly prompt: string;
    readonly desk: ToolDesk;
    readonly watch: SessionWatch;
    readonly spending: SpendingWatch;
    readonly signal: AbortSignal;
  },
): Promise<TurnsEnd> {
  const { maxTurns } = context.workflow.agent;
  context.onSession?.(session);
  let prompt = parts.prompt;
  for (let turn = 1; ; turn += 1) {
    const failure = await takeTurn(context, session, parts, { turn, prompt });
    if (failure?.question !== undefined) parts.desk.hold(failure.question);
    if (failure === null || failure.kind === "input_required") await parts.desk.askHeld(parts.signal);
    const signal = parts.desk.signal();
    if (isFinal(signal)) {
      return {
        turns: turn,
        signal,
        failure: null,
        why: reason(signal.kind, firstLine(context.parts.secrets.redact(signal.summary))),
      };
    }
    if (signal.kind === "ask") {
      const sentence = firstLine(context.parts.secrets.redact(signal.question));
      return { turns: turn, signal, failure: null, why: reason("ask", sentence) };
    }
    if (failure !== null) {
      return { turns: turn - 1, signal, failure, why: reason(failure.kind, failure.sentence) };
    }
    if (signal.kind === "invalid" && (!isMendable(signal) || turn >= maxTurns)) {
      return { turns: turn, signal, failure: null, why: signal.reason };
    }
    if (turn >= maxTurns) {
      const why = reason("turns_used_up", `All ${maxTurns} turns of the session were used without a hand-off.`);
      return { turns: turn, signal, failure: null, why };
    }
    const left = await leftWork(context, parts.signal);
    if (left !== null) return { turns: turn, signal: { kind: "none" }, failure: null, why: left };
    prompt = renderContinuation(context.workflow, { turn: turn + 1, maxTurns });
  }
}

async function takeTurn(
  { observer, parts: { clock, secrets } }: WorkContext,
  session: AgentSession,
  { watch, spending }: { readonly watch: SessionWatch; readonly spending: SpendingWatch },
  { turn, prompt }: { readonly turn: number; readonly prompt: string },
): Promise<AgentFailure | null> {
  observer.note({ type: "turn_started", data: { turn } });
  spending.beginTurn(turn);
  const begun = clock.monotonic();
  const ended = await session.turn(prompt);
  const failure = ended.failure === null ? null : masked(ended.failure, secrets);
  spending.endTurn();
  watch.report();
  observer.note({
    type: "turn_finished",
    data: {
      turn,
      status: failure?.kind ?? ended.status,
      detail: failure?.sentence ?? null,
      ms: Math.round(clock.monotonic() - begun),
    },
  });
  return failure;
}

/** An agent's failure as it may be told: masked before anybody shortens it, because half a secret would not be known as one. */
export function masked(failure: AgentFailure, secrets: SecretRegistry): AgentFailure {
  return { ...failure, sentence: secrets.redact(failure.sentence) };
}

/** Why the issue wants no further turn; `null` when it does, or when nobody can say. */
async function leftWork(context: WorkContext, signal: AbortSignal): Promise<Reason | null> {
  const { assignment, workflow } = context;
  const issue = await readIssue(context, signal);
  if (issue === "unknown") return null;
  if (issue === "gone") return reason("issue_gone", `The tracker no longer shows ${assignment.issue.identifier}.`);
  const standing = judgeStanding(workflow, issue, assignment.purpose === "repair" ? "review" : "work");
  return standing.ok ? null : reason(standing.code, standing.sentence);
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]?.slice(0, 500) ?? "";
}
