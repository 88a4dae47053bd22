import type { LaneFacts } from "../model/facts.ts";
import { sameState } from "../model/issue.ts";
import type { Verdict } from "../model/verdict.ts";
import { no, yes } from "./codes.ts";
import { describePending, pendingWrites } from "./eligibility.ts";
import { answerIn, commentSince } from "./parking.ts";
import { hasLabel } from "./standing.ts";

/**
 * Whether new input on the issue ends a lane's parking: somebody answered its question, took the attention label off or moved the issue.
 * Compares the fresh `facts.issue` with the snapshot `lane.issue`: ask before that snapshot is refreshed, and refresh it in
 * the same transaction, also while the lane is parked (else our own label is never seen to come and go).
 */
export function judgeUnpark(facts: LaneFacts): Verdict {
  const { lane, issue, workflow, openOutbox } = facts;
  if (lane.parked === null) return no("not_parked", "The lane is not parked.");
  if (lane.parked.until === "command") return no("parked_until_command", lane.parked.sentence);
  if (issue === undefined) return no("issue_unknown", "The tracker could not be asked about the issue.");
  if (issue === null) return no("issue_gone", `The tracker no longer shows ${lane.issue.identifier}.`);
  const pending = pendingWrites(openOutbox);
  if (pending.length > 0) return no("outbox_pending", describePending(pending));
  const answer = answerIn(facts);
  if (answer !== null) return yes("answered", `${answer.author} answered on ${issue.identifier}.`);
  const label = workflow.tracker.needsAttentionLabel;
  if (hasLabel(lane.issue, label) && !hasLabel(issue, label)) {
    return yes("attention_label_removed", `The label "${label}" was taken off ${issue.identifier}.`);
  }
  const said = commentSince(facts);
  if (said !== null) return yes("new_comment", `${said} wrote a comment on ${issue.identifier}.`);
  // What Maestro did itself, perhaps because its agent asked for it, is no input.
  const isOwn = (lane.ownMoves ?? []).some(({ to }) => sameState(to, issue.state));
  if (!isOwn && !sameState(lane.issue.state, issue.state)) {
    return yes("state_changed", `${issue.identifier} was moved from "${lane.issue.state}" to "${issue.state}".`);
  }
  return no("no_new_input", lane.parked.sentence);
}
