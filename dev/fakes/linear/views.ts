import type { Json } from "../shared/json.ts";
import { connect, type PageArguments } from "./connection.ts";
import {
  identifierOf,
  type LinearAttachment,
  type LinearComment,
  type LinearData,
  type LinearIssue,
  type LinearRelation,
  type LinearState,
  type LinearUser,
  type LinearWebhook,
} from "./state.ts";

const PRIORITIES = ["No priority", "Urgent", "High", "Medium", "Low"];

/** What a reader sees of the data, and when: relations show up `relationLagMs` after they were made. */
export interface Sight {
  readonly data: LinearData;
  readonly viewerId: string;
  readonly now: number;
  readonly relationLagMs: number;
}

/**
 * Entities as GraphQL objects: a plain value per property, a function per field with arguments or behind another entity.
 * `$name` holds for filters the whole list behind the connection `name`, or a value that only filters know.
 */
export function issueView(sight: Sight, issue: LinearIssue): Json {
  const { data } = sight;
  const identifier = identifierOf(data, issue);
  const { stateId, teamId, projectId, assigneeId, delegateId, creatorId, parentId, labelIds, ...plain } = issue;
  const labels = () => data.labels.filter(({ id }) => labelIds.includes(id)).map((label) => labelView(sight, label));
  const comments = () => data.comments.filter((one) => one.issueId === issue.id).map((one) => commentView(sight, one));
  const attachments = () =>
    data.attachments.filter((one) => one.issueId === issue.id).map((one) => attachmentView(sight, one));
  const children = () => data.issues.filter((one) => one.parentId === issue.id).map((one) => issueView(sight, one));
  const from = () => visibleRelations(sight).filter((one) => one.issueId === issue.id);
  const to = () => visibleRelations(sight).filter((one) => one.relatedIssueId === issue.id);
  return {
    __typename: "Issue",
    ...plain,
    labelIds,
    identifier,
    priorityLabel: PRIORITIES[issue.priority] ?? "No priority",
    url: `https://linear.app/${data.organization.urlKey}/issue/${identifier}`,
    branchName: branchNameOf(sight, identifier, issue.title),
    snoozedUntilAt: null,
    cycle: null,
    state: () => find(data.states, stateId, (one) => stateView(sight, one)),
    team: () => find(data.teams, teamId, (one) => teamView(sight, one)),
    project: () => find(data.projects, projectId, (one) => projectView(sight, one)),
    assignee: () => find(data.users, assigneeId, (one) => userView(sight, one)),
    delegate: () => find(data.users, delegateId, (one) => userView(sight, one)),
    creator: () => find(data.users, creatorId, (one) => userView(sight, one)),
    parent: () => find(data.issues, parentId, (one) => issueView(sight, one)),
    labels: (page: PageArguments) => connect(labels(), page),
    $labels: labels,
    comments: (page: PageArguments) => connect(comments(), page),
    $comments: comments,
    attachments: (page: PageArguments) => connect(attachments(), page),
    $attachments: attachments,
    children: (page: PageArguments) => connect(children(), page),
    $children: children,
    relations: (page: PageArguments) =>
      connect(
        from().map((one) => relationView(sight, one)),
        page,
      ),
    inverseRelations: (page: PageArguments) =>
      connect(
        to().map((one) => relationView(sight, one)),
        page,
      ),
    hasBlockedByRelations: () => to().some(({ type }) => type === "blocks"),
    hasBlockingRelations: () => from().some(({ type }) => type === "blocks"),
  };
}

export function stateView(sight: Sight, state: LinearState): Json {
  const team = () => find(sight.data.teams, state.teamId, (one) => teamView(sight, one));
  return { __typename: "WorkflowState", ...state, color: "#bec2c8", description: null, archivedAt: null, team };
}

export function teamView(sight: Sight, team: LinearData["teams"][number]): Json {
  const { data } = sight;
  const states = () => data.states.filter((one) => one.teamId === team.id).map((one) => stateView(sight, one));
  const labels = () => data.labels.filter((one) => one.teamId === team.id).map((one) => labelView(sight, one));
  const projects = () => data.projects.filter((one) => one.teamId === team.id).map((one) => projectView(sight, one));
  const issues = () => data.issues.filter((one) => one.teamId === team.id).map((one) => issueView(sight, one));
  return {
    __typename: "Team",
    ...team,
    description: null,
    archivedAt: null,
    states: (page: PageArguments) => connect(states(), page),
    labels: (page: PageArguments) => connect(labels(), page),
    projects: (page: PageArguments) => connect(projects(), page),
    issues: (page: PageArguments) => connect(issues(), page),
  };
}

export function labelView(sight: Sight, label: LinearData["labels"][number]): Json {
  const team = () => find(sight.data.teams, label.teamId, (one) => teamView(sight, one));
  const { id, name } = label;
  return {
    __typename: "IssueLabel",
    id,
    name,
    color: "#bec2c8",
    description: null,
    isGroup: false,
    parent: null,
    archivedAt: null,
    team,
  };
}

export function projectView(sight: Sight, project: LinearData["projects"][number]): Json {
  const { data } = sight;
  const { id, name, slugId, teamId } = project;
  const teams = () => data.teams.filter((one) => one.id === teamId).map((one) => teamView(sight, one));
  const issues = () => data.issues.filter((one) => one.projectId === id).map((one) => issueView(sight, one));
  return {
    __typename: "Project",
    id,
    name,
    slugId,
    url: `https://linear.app/${data.organization.urlKey}/project/${slugId}`,
    archivedAt: null,
    teams: (page: PageArguments) => connect(teams(), page),
    issues: (page: PageArguments) => connect(issues(), page),
  };
}

export function userView({ viewerId }: Sight, user: LinearUser): Json {
  const { id, name, email, active, guest, app } = user;
  const rights = { admin: !guest, owner: false, isMe: id === viewerId };
  return { __typename: "User", id, name, displayName: name, email, active, guest, app, archivedAt: null, ...rights };
}

export function commentView(sight: Sight, comment: LinearComment): Json {
  const { data } = sight;
  const { issueId, userId, parentId, ...plain } = comment;
  const issue = data.issues.find(({ id }) => id === issueId);
  return {
    __typename: "Comment",
    ...plain,
    issueId,
    parentId,
    archivedAt: null,
    url: issue === undefined ? "" : `${String(issueView(sight, issue).url)}#comment-${comment.id.slice(0, 8)}`,
    botActor: null,
    user: () => find(data.users, userId, (one) => userView(sight, one)),
    issue: () => find(data.issues, issueId, (one) => issueView(sight, one)),
    parent: () => find(data.comments, parentId, (one) => commentView(sight, one)),
  };
}

export function attachmentView(sight: Sight, attachment: LinearAttachment): Json {
  const { issueId, ...plain } = attachment;
  const issue = () => find(sight.data.issues, issueId, (one) => issueView(sight, one));
  return { __typename: "Attachment", ...plain, archivedAt: null, groupBySource: false, issue };
}

export function relationView(sight: Sight, relation: LinearRelation): Json {
  const { id, type, createdAt, issueId, relatedIssueId } = relation;
  return {
    __typename: "IssueRelation",
    id,
    type,
    createdAt,
    archivedAt: null,
    issue: () => find(sight.data.issues, issueId, (one) => issueView(sight, one)),
    relatedIssue: () => find(sight.data.issues, relatedIssueId, (one) => issueView(sight, one)),
  };
}

/** The secret is told once, to nobody here. */
export function webhookView(sight: Sight, webhook: LinearWebhook): Json {
  const { secret: _, teamId, ...plain } = webhook;
  const team = () => find(sight.data.teams, teamId, (one) => teamView(sight, one));
  return { __typename: "Webhook", ...plain, archivedAt: null, allPublicTeams: teamId === null, team };
}

function visibleRelations({ data, now, relationLagMs }: Sight): LinearRelation[] {
  return data.relations.filter(({ createdAt }) => Date.parse(createdAt) + relationLagMs <= now);
}

function branchNameOf({ data, viewerId }: Sight, identifier: string, title: string): string {
  const name = data.users.find(({ id }) => id === viewerId)?.name ?? "";
  return `${name}/${identifier}-${title}`
    .toLowerCase()
    .replace(/[^a-z0-9/]+/g, "-")
    .replace(/-+$/, "")
    .slice(0, 80);
}

function find<T extends { id: string }>(list: readonly T[], id: string | null, view: (one: T) => Json): Json | null {
  const found = list.find((one) => one.id === id);
  return found === undefined ? null : view(found);
}
