import type { Json } from "../shared/json.ts";
import { newId, type Writing } from "./mutations.ts";
import { findTeam, one } from "./queries.ts";
import { refusal } from "./refusal.ts";
import { blankIssue, type LinearData, type LinearIssue, nextNumber } from "./state.ts";

/** The listed fields of Linear's `IssueCreateInput` and `IssueUpdateInput`. */
export interface IssueInput {
  id?: string | null;
  teamId?: string | null;
  title?: string | null;
  description?: string | null;
  priority?: number | null;
  estimate?: number | null;
  dueDate?: string | null;
  stateId?: string | null;
  projectId?: string | null;
  assigneeId?: string | null;
  delegateId?: string | null;
  parentId?: string | null;
  labelIds?: string[] | null;
  addedLabelIds?: string[] | null;
  removedLabelIds?: string[] | null;
}

const LABEL_FIELDS = ["labelIds", "addedLabelIds", "removedLabelIds"];
const PLAIN_FIELDS = ["title", "description", "priority", "estimate", "dueDate"];
const SERVED = new Set([
  ...LABEL_FIELDS,
  ...PLAIN_FIELDS,
  "id",
  "teamId",
  "stateId",
  "projectId",
  "assigneeId",
  "delegateId",
  "parentId",
]);

export function createIssue(writing: Writing, input: IssueInput): LinearIssue {
  const { sight, at } = writing;
  const { data } = sight;
  checkServed(input);
  const team = findTeam(data, input.teamId ?? "");
  if (!input.title) throw refusal("Argument Validation Error", "title must not be empty.");
  const states = data.states.filter(({ teamId }) => teamId === team.id);
  const first = states.find(({ type }) => type === "backlog") ?? states.find(({ type }) => type === "unstarted");
  const issue: LinearIssue = {
    ...blankIssue(at),
    id: newId(data.issues, input.id, "Issue"),
    number: nextNumber(data, team.id),
    teamId: team.id,
    title: input.title,
    description: null,
    priority: 0,
    stateId: first?.id ?? "",
    projectId: null,
    assigneeId: null,
    creatorId: sight.viewerId,
    labelIds: [],
  };
  Object.assign(issue, readChange(data, issue, input, at));
  data.issues.push(issue);
  writing.changed("Issue", "create", issue.id);
  return issue;
}

/** Changes what the input names; labels by difference unless the whole set is given. */
export function changeIssue(writing: Writing, issue: LinearIssue, input: IssueInput): LinearIssue {
  checkServed(input);
  const change = readChange(writing.sight.data, issue, input, writing.at);
  const before = { ...issue };
  const changed = Object.entries(change).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof LinearIssue]),
  );
  if (changed.length === 0) return issue;
  Object.assign(issue, change, { updatedAt: writing.at });
  const updatedFrom = Object.fromEntries(changed.map(([key]) => [key, before[key as keyof LinearIssue]]));
  writing.changed("Issue", "update", issue.id, { ...updatedFrom, updatedAt: before.updatedAt });
  return issue;
}

function checkServed(input: IssueInput): void {
  const unknown = Object.keys(input).find((key) => !SERVED.has(key));
  if (unknown !== undefined)
    throw refusal(`${unknown} is not served`, `This fake does not serve the input ${unknown}.`);
}

function readChange(data: LinearData, issue: LinearIssue, input: IssueInput, at: string): Json {
  const change: Json = {};
  for (const [key, value] of Object.entries(input)) if (PLAIN_FIELDS.includes(key)) change[key] = value;
  if (input.projectId !== undefined) change.projectId = refer(data.projects, input.projectId, "Project");
  if (input.assigneeId !== undefined) change.assigneeId = refer(data.users, input.assigneeId, "User");
  if (input.delegateId !== undefined) change.delegateId = refer(data.users, input.delegateId, "User");
  if (input.parentId !== undefined) change.parentId = refer(data.issues, input.parentId, "Issue");
  if (input.stateId != null) Object.assign(change, readTransition(data, issue, input.stateId, at));
  const labelIds = readLabels(data, issue, input);
  return labelIds === undefined ? change : { ...change, labelIds };
}

function refer(list: readonly { id: string }[], id: string | null, entity: string): string | null {
  return id === null ? null : one(list, id, entity).id;
}

/** Free: any state of the team from any other. Times follow the kind of state. */
function readTransition(data: LinearData, issue: LinearIssue, stateId: string, at: string): Json {
  const state = one(data.states, stateId, "WorkflowState");
  if (state.teamId !== issue.teamId) {
    throw refusal("Discrepancy between issue team and state team", "The state does not belong to the issue's team.");
  }
  if (state.id === issue.stateId) return {};
  const isCanceled = state.type === "canceled" || state.type === "duplicate";
  return {
    stateId,
    startedAt: state.type === "started" ? (issue.startedAt ?? at) : issue.startedAt,
    completedAt: state.type === "completed" ? at : null,
    canceledAt: isCanceled ? at : null,
  };
}

function readLabels(data: LinearData, issue: LinearIssue, input: IssueInput): string[] | undefined {
  const { labelIds, addedLabelIds, removedLabelIds } = input;
  if (labelIds == null && addedLabelIds == null && removedLabelIds == null) return undefined;
  if (labelIds != null && (addedLabelIds != null || removedLabelIds != null)) {
    throw refusal("Argument Validation Error", "labelIds excludes addedLabelIds and removedLabelIds.");
  }
  const added = [...(labelIds ?? issue.labelIds), ...(addedLabelIds ?? [])];
  for (const id of [...added, ...(removedLabelIds ?? [])]) checkLabel(data, issue, id);
  return [...new Set(added)].filter((id) => removedLabelIds?.includes(id) !== true);
}

function checkLabel(data: LinearData, issue: LinearIssue, id: string): void {
  const { teamId } = one(data.labels, id, "IssueLabel");
  if (teamId !== null && teamId !== issue.teamId) {
    throw refusal("Label not associated with the issue's team", "The label does not belong to the issue's team.");
  }
}
