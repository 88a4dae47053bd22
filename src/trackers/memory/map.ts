import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { readLinkTopic } from "../../contracts/relation-topic.ts";
import type { LinkedIssue } from "../../contracts/relation-view.ts";
import {
  type Blocker,
  type Issue,
  type IssueComment,
  normaliseLabels,
  parseInstant,
  sameState,
} from "../../model/issue.ts";
import type { MemoryBlocker, MemoryComment, MemoryEdit, MemoryIssue, MemoryState, MemoryValues } from "./schema.ts";

/** A declared issue with its names as text: YAML reads `id: 7` as a number. */
export function declaredOf(issue: MemoryIssue): MemoryIssue {
  const { id, identifier, title, state } = issue;
  return {
    ...issue,
    id: String(id).trim(),
    identifier: String(identifier).trim(),
    title: String(title),
    state: String(state),
    labels: normaliseLabels((issue.labels ?? []).map(String)),
  };
}

/** Every issue as it is now: the declared ones, then the created ones, each with what happened to it since. */
export function toIssues(declared: readonly MemoryIssue[], state: MemoryState): Issue[] {
  const taken = new Set(declared.flatMap(({ id, identifier }) => [id, identifier]));
  const created = state.created.filter(({ id, identifier }) => !taken.has(id) && !taken.has(identifier));
  const edits = new Map(state.edits.map((edit) => [edit.id, edit]));
  const all = [...declared, ...created];
  const issues = all.map((issue) => issueOf(issue, edits.get(String(issue.id))));
  if (all.every(({ blocked_by }) => (blocked_by ?? []).length === 0)) return issues;
  const known = new Map(issues.flatMap((issue) => [[issue.id, issue] as const, [issue.identifier, issue] as const]));
  return issues.map((issue, at) => ({
    ...issue,
    blockedBy: (all[at]?.blocked_by ?? []).map((blocker) => toBlocker(blocker, known)),
  }));
}

/** Of thousands of issues one is edited at a time; the others are what they were. */
const kept = new WeakMap<MemoryIssue, { readonly edit: MemoryEdit | undefined; readonly issue: Issue }>();

function issueOf(declared: MemoryIssue, edit: MemoryEdit | undefined): Issue {
  const last = kept.get(declared);
  if (last !== undefined && last.edit === edit) return last.issue;
  const issue = toIssue(declared, edit);
  kept.set(declared, { edit, issue });
  return issue;
}

function toIssue(issue: MemoryIssue, edit: MemoryEdit | undefined): Issue {
  const labels = normaliseLabels((issue.labels ?? []).map(String));
  const state = String(issue.state);
  const values = { ...declaredValues(issue), ...standingValues(edit, issue) };
  return {
    id: String(issue.id),
    nativeRef: (issue.native_ref ?? null) as JsonObject | null,
    identifier: String(issue.identifier),
    title: values.title,
    description: values.description,
    priority: values.priority,
    state: edit !== undefined && sameState(edit.declared_state, state) ? edit.state : state,
    branchName: issue.branch_name ?? null,
    url: issue.url ?? null,
    assigneeId: values.assignee_id,
    labels: edit !== undefined && sameLabels(edit.declared_labels, labels) ? edit.labels : labels,
    blockedBy: [],
    dispatchable: issue.dispatchable ?? true,
    createdAt: parseInstant(issue.created_at),
    updatedAt: edit?.updated_at ?? parseInstant(issue.updated_at),
  };
}

/** What the workflow file says of the values that `update` may change. */
export function declaredValues({ title, description, priority, assignee_id }: MemoryIssue) {
  return {
    ...{ title: String(title), description: description ?? null, priority: priority ?? null },
    ...{ assignee_id: assignee_id ?? null, type: null },
  };
}

/** What `update` has set, but for what the workflow file says differently since. */
export function standingValues(edit: MemoryEdit | undefined, declared: MemoryIssue): MemoryValues {
  const now: MemoryValues = declaredValues(declared);
  const then = edit?.declared_values ?? {};
  const standing = Object.entries(edit?.values ?? {}).filter(([name]) => {
    const key = name as keyof MemoryValues;
    return then[key] === now[key];
  });
  return Object.fromEntries(standing) as MemoryValues;
}

/** Every issue with the links that its comments say. */
export function linkedIn(state: MemoryState, issues: readonly Issue[]): LinkedIssue[] {
  const said = state.comments.flatMap(({ issue_id, topic }) => {
    const link = readLinkTopic(topic);
    return link === undefined ? [] : [{ issue_id, link }];
  });
  return issues.map((issue) => ({
    issue,
    links: said.filter(({ issue_id }) => issue_id === issue.id).map(({ link }) => link),
  }));
}

/** The id of the issue that was made as this follow-up. */
export function followUpIn({ created }: MemoryState, of: string, key: string): string | undefined {
  const made = created.find(({ native_ref }) => {
    const mark = native_ref?.follow_up;
    return isJsonObject(mark) && mark.of === of && mark.key === key;
  });
  return made === undefined ? undefined : String(made.id);
}

function toBlocker(blocker: string | MemoryBlocker, known: ReadonlyMap<string, Issue>): Blocker {
  const {
    id = null,
    identifier = null,
    state = null,
  } = typeof blocker === "string" ? { identifier: blocker } : blocker;
  const issue = known.get(id ?? "") ?? known.get(identifier ?? "");
  if (issue !== undefined) return { id: issue.id, identifier: issue.identifier, state: issue.state };
  return { id, identifier, state };
}

/** A kept comment as the product sees it. */
export function toComment({ id, author, body, at, topic }: MemoryComment): IssueComment {
  return { id, author, body, at, topic, trust: "member" };
}

/** Whether two lists name the same labels in any order. */
export function sameLabels(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((label) => right.includes(label));
}
