import type { LaneFacts } from "../model/facts.ts";
import { type Issue, sameState } from "../model/issue.ts";
import type { Intent } from "../model/outbox.ts";
import type { HAND_OFF_TOPIC } from "../model/outbox-key.ts";
import type { Step } from "../model/plan.ts";
import { isTerminal, stateForRoute } from "../model/workflow.ts";
import { hasLabel } from "./standing.ts";

/** Steps that may be none. */
export type Steps = readonly Step[];

/** Topics of the comments that Maestro keeps on an issue, one comment each. */
type CommentTopic =
  | typeof HAND_OFF_TOPIC
  | "result"
  | "landed"
  | "attention"
  | `question-${number}`
  | `answer-${number}`
  | `approval-${string}`;

/** The issue as the tracker shows it now, else as it was seen last. */
export function knownIssue(facts: LaneFacts): Issue {
  return facts.issue ?? facts.lane.issue;
}

/** An outside write as a step; topic and revision make its key. */
export function write(intent: Intent, topic: string, revision: string): Step {
  return { do: "write", write: { intent, topic, revision } };
}

/** Makes the comment on `topic` say `body`. */
export function comment(facts: LaneFacts, topic: CommentTopic, body: string, revision: string): Step {
  return write({ kind: "issue_comment", issueId: facts.lane.issue.id, topic, body }, topic, revision);
}

/**
 * The move of the issue to the state of `route`, from where it is now; none when it is there already, has ended, or the
 * route has no state.
 */
export function moveToRoute(facts: LaneFacts, route: string, revision: string, topic: string = route): Steps {
  const issue = knownIssue(facts);
  const to = stateForRoute(facts.workflow, route);
  if (to === undefined || sameState(to, issue.state) || isTerminal(facts.workflow, issue.state)) return [];
  return [write({ kind: "issue_move", issueId: issue.id, to, from: issue.state }, topic, revision)];
}

/** Sets or takes off the label that asks for a person; nothing when a look at the issue has shown that it is so already. */
export function attentionLabel(facts: LaneFacts, wanted: boolean, revision: string): Steps {
  const { needsAttentionLabel } = facts.workflow.tracker;
  const issue = knownIssue(facts);
  if (facts.issue !== undefined && hasLabel(issue, needsAttentionLabel) === wanted) return [];
  const change = wanted ? { add: needsAttentionLabel, remove: null } : { add: null, remove: needsAttentionLabel };
  return [write({ kind: "issue_label", issueId: issue.id, ...change }, "attention", revision)];
}

/** Revision of what happens at most once per run. */
export function runRevision(facts: LaneFacts): string {
  return `run-${facts.lane.lastRun}`;
}

/**
 * Revision of what a worker carries out within its work: a new lease has a new fence and thereby a new row, so that a row
 * of lost work is never taken up again. What it asks for is looked up first, so that two rows have one effect.
 */
export function fencedRevision(facts: LaneFacts, what: string): string {
  return `${what}-fence-${facts.lane.fence}`;
}
