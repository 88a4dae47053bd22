import type { IssueClaim, IssueDraft } from "../../contracts/tracker.ts";
import type { Issue } from "../../model/issue.ts";
import { declaredValues, standingValues } from "./map.ts";
import type { MemoryComment, MemoryIssue, MemoryState, MemoryValues } from "./schema.ts";

/** Nothing has happened yet. */
export const EMPTY_STATE: MemoryState = { version: 1, highest: 0, created: [], edits: [], comments: [] };

/** The prefix of identifiers of created issues. */
const PREFIX = "MEM";

/** Sets an issue's state, labels or other values. `declared` is what the workflow file (or the creation) says of it. */
export function withEdit(
  state: MemoryState,
  issue: Issue,
  declared: MemoryIssue,
  change: { readonly state?: string; readonly labels?: readonly string[]; readonly values?: MemoryValues },
  at: number,
): MemoryState {
  const before = state.edits.find(({ id }) => id === issue.id);
  const values = { ...standingValues(before, declared), ...change.values };
  const edit = {
    id: issue.id,
    declared_state: String(declared.state),
    state: change.state ?? issue.state,
    declared_labels: (declared.labels ?? []).map(String),
    labels: [...(change.labels ?? issue.labels)],
    updated_at: at,
    ...(Object.keys(values).length === 0 ? {} : { declared_values: declaredValues(declared), values }),
  };
  return { ...state, edits: [...state.edits.filter(({ id }) => id !== issue.id), edit] };
}

/** Adds a comment. Its time is later than that of every other comment on the issue, so that `since` misses none. */
export function withComment(state: MemoryState, comment: MemoryComment): MemoryState {
  const others = state.comments.filter(({ issue_id }) => issue_id === comment.issue_id);
  const at = Math.max(comment.at, ...others.map((other) => other.at + 1));
  return { ...state, comments: [...state.comments, { ...comment, at }] };
}

/** Replaces what a comment says. */
export function withBody(state: MemoryState, commentId: string, body: string, author: string): MemoryState {
  const comments = state.comments.map((other) => (other.id === commentId ? { ...other, body, author } : other));
  return { ...state, comments };
}

/** Takes, renews or (`null`) gives up the claim on an issue. */
export function withClaim(state: MemoryState, issueId: string, claim: IssueClaim | null): MemoryState {
  const others = (state.claims ?? []).filter(({ issue_id }) => issue_id !== issueId);
  const own = claim === null ? [] : [{ issue_id: issueId, owner: claim.owner, expires_at: claim.expiresAt }];
  return { ...state, claims: [...others, ...own] };
}

/** Adds an issue under the next number, which none ever had. */
export function withCreated(
  state: MemoryState,
  issues: readonly Issue[],
  draft: IssueDraft,
  at: number,
  follows?: { readonly of: string; readonly key: string },
): { readonly state: MemoryState; readonly id: string } {
  const taken = new Set(issues.flatMap(({ id, identifier }) => [id, identifier]));
  let number = Math.max(state.highest, ...issues.map(({ identifier }) => numberOf(identifier))) + 1;
  while (taken.has(`memory-${number}`) || taken.has(`${PREFIX}-${number}`)) number += 1;
  const instant = new Date(at).toISOString();
  const issue: MemoryIssue = {
    id: `memory-${number}`,
    identifier: `${PREFIX}-${number}`,
    title: draft.title,
    state: draft.state,
    description: draft.description,
    priority: draft.priority,
    labels: [...draft.labels],
    blocked_by: [...draft.blockedBy],
    ...(follows === undefined ? {} : { native_ref: { follow_up: { ...follows } } }),
    created_at: instant,
    updated_at: instant,
  };
  return { state: { ...state, highest: number, created: [...state.created, issue] }, id: String(issue.id) };
}

function numberOf(identifier: string): number {
  return Number(new RegExp(`^${PREFIX}-(\\d{1,15})$`).exec(identifier)?.[1] ?? 0);
}
