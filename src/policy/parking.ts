import type { LaneFacts } from "../model/facts.ts";
import type { Plan, Step } from "../model/plan.ts";
import type { Reason } from "../model/verdict.ts";
import { attentionLabel, comment, type Steps } from "./writes.ts";

/**
 * Parks a lane and tells people: label and comment on the issue. What it asked last is shown when there is a question.
 * The writes are new ones each time, because a person may have taken the label off in between.
 */
export function parkSteps(facts: LaneFacts, ends: "command" | "input", why: Reason): [Step, ...Step[]] {
  // What a person parked meanwhile is not taken up by anything but a person's word.
  const until = facts.lane.parked?.until === "command" ? "command" : ends;
  const revision = `parked-${facts.now}`;
  const body = [why.sentence, "", howToGoOn(facts, until), "", `Reason: \`${why.code}\``].join("\n");
  return [
    { do: "park", until, reason: why },
    ...clearRetry(facts, why),
    ...attentionLabel(facts, true, revision),
    comment(facts, "attention", body, revision),
  ];
}

/** Ends a lane's parking and takes the label off, so that it does not hold the issue back any longer. */
export function planUnpark(facts: LaneFacts, why: Reason): Plan {
  return [{ do: "unpark", reason: why }, ...attentionLabel(facts, false, `unparked-${facts.now}`)];
}

/** Drops a lane's pending start, when there is one. */
export function clearRetry(facts: LaneFacts, why: Reason): Steps {
  return facts.lane.retry === null ? [] : [{ do: "clear_retry", reason: why }];
}

function howToGoOn(facts: LaneFacts, until: "command" | "input"): string {
  const command = `\`maestro unpark ${facts.lane.issue.identifier}\``;
  if (until === "command") return `To go on: ${command}.`;
  const label = facts.workflow.tracker.needsAttentionLabel;
  return `To go on: take the label \`${label}\` off, move the issue to another state, or ${command}.`;
}
