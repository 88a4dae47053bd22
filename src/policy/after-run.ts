import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { CompletionSignal, WorkOutcome } from "../model/run.ts";
import type { Verdict } from "../model/verdict.ts";
import { stateForRoute } from "../model/workflow.ts";
import { judgeBreaker } from "./breaker.ts";
import { because } from "./codes.ts";
import { planFailure } from "./failure.ts";
import { planHandOff } from "./hand-off.ts";
import { planResult } from "./result-plan.ts";
import { askSteps, parkSteps } from "./parking.ts";
import { CONTINUATION_DELAY_MS } from "./retry-delay.ts";
import { judgeStanding } from "./standing.ts";
import { moveToRoute, runRevision } from "./writes.ts";

/** What a run's end leads to: a hand-off, a question, another session, a retry. Terminal issues were dealt with before. */
export function afterRun(facts: LaneFacts, outcome: WorkOutcome): Plan {
  if (outcome.status !== "succeeded") {
    return planFailure(facts, outcome.reason, { error: `worker exited: ${outcome.reason.sentence}` });
  }
  const { signal } = outcome;
  switch (signal.kind) {
    case "invalid":
      return planFailure(facts, signal.reason);
    case "attention":
      return afterAttention(facts, signal);
    case "ask":
      return afterQuestion(facts, signal);
    case "hand_off":
    case "repair_done":
    case "result": {
      const lost = standingOf(facts, "review");
      if (lost !== null) return release(lost, "success");
      return signal.kind === "result" ? planResult(facts, signal) : planHandOff(facts, outcome, signal);
    }
    case "none":
      return afterNothing(facts, outcome);
  }
}

/** Another session, as long as the issue still wants one, can pay for it, and there were not too many without progress (G-6). */
function afterNothing(facts: LaneFacts, outcome: WorkOutcome): Plan {
  const { lane, now } = facts;
  const lost = standingOf(facts, lane.stage === "review_repair" ? "review" : "work");
  if (lost !== null) return release(lost, "idle");
  const held = judgeBreaker(facts);
  if (held !== null)
    return [{ do: "close_work", counts: "idle", reason: outcome.reason }, ...parkSteps(facts, "input", held)];
  const dueAt = now + CONTINUATION_DELAY_MS;
  return [
    { do: "close_work", counts: "idle", reason: outcome.reason },
    { do: "schedule", retry: { kind: "continuation", attempt: 1, dueAt, error: null } },
  ];
}

function afterAttention(facts: LaneFacts, signal: Extract<CompletionSignal, { kind: "attention" }>): Plan {
  const question = signal.question === null ? "" : ` ${signal.question}`;
  const why = because("attention_asked", `The agent asks for a person: ${signal.summary}${question}`);
  return [{ do: "close_work", counts: "success", reason: why }, ...parkSteps(facts, "input", why), ...putBack(facts)];
}

/**
 * Back to where work on it starts, so that a person finds the issue there and it starts anew when the label is gone. A lane with a change
 * keeps its issue where the change is looked at.
 */
function putBack(facts: LaneFacts): readonly Step[] {
  const { lane, workflow } = facts;
  if (lane.stage !== "working" || (lane.branch !== null && lane.branch.changeId !== null)) return [];
  const start = workflow.profile.routes.find(
    ({ name, category, action }) =>
      category === "todo" &&
      (action === "dispatch" || action === "transition_then_dispatch") &&
      stateForRoute(workflow, name) !== undefined,
  );
  return start === undefined ? [] : moveToRoute(facts, start.name, `attention-${runRevision(facts)}`);
}

/** The slot is free, the question stands on the issue, and the answer starts the next run. */
function afterQuestion(facts: LaneFacts, signal: Extract<CompletionSignal, { kind: "ask" }>): Plan {
  const why = because("question_asked", `The agent asks: ${signal.question}`);
  const question = { text: signal.question, options: signal.options, run: facts.lane.lastRun };
  return [{ do: "close_work", counts: "success", reason: why }, ...askSteps(facts, question, why)];
}

function release(lost: Verdict, counts: "success" | "idle"): Plan {
  const why = because("released", lost.sentence);
  return [
    { do: "close_work", counts, reason: why },
    { do: "stage", stage: "released", reason: why },
  ];
}

/** Why work on the issue may no longer go on; `null` when it may, or when the tracker could not be asked. */
function standingOf(facts: LaneFacts, ground: "work" | "review"): Verdict | null {
  const { issue, lane, workflow } = facts;
  if (issue === undefined) return null;
  if (issue === null)
    return { ok: false, ...because("issue_gone", `The tracker no longer shows ${lane.issue.identifier}.`) };
  const standing = judgeStanding(workflow, issue, ground);
  return standing.ok ? null : standing;
}
