import {
  validateAttachmentCreateAnswer,
  validateCommentCreateAnswer,
  validateCommentDeleteAnswer,
  validateCommentsAnswer,
  validateCommentUpdateAnswer,
  validateIssueBlockersAnswer,
  validateIssueCommentsAnswer,
  validateIssueCreateAnswer,
  validateIssueLabelsAnswer,
  validateIssuesAnswer,
  validateIssueUpdateAnswer,
  validateLabelCreateAnswer,
  validateLabelsAnswer,
  validatePullAttachAnswer,
  validateRelationCreateAnswer,
  validateRelationsAnswer,
  validateScopeAnswer,
  validateStatesAnswer,
  validateUsersAnswer,
} from "./schema.gen.ts";

/** A GraphQL document with the check of its answer. */
export interface Question<T> {
  readonly text: string;
  /** Whether it changes something: a lost answer then leaves open if it did. */
  readonly writes: boolean;
  readonly fits: (data: unknown) => data is T;
}

/** Nodes of a page of issues. With it a page costs 2 837 of the 10 000 points that one query may cost. */
export const PAGE_SIZE = 50;

const PAGE_INFO = "pageInfo { hasNextPage endCursor }";
const OTHER = "id identifier state { name }";
/** Nested pages are small because they are multiplied; an issue with more is asked for by itself. */
const ISSUE_FIELDS = `
  id identifier title description priority branchName url createdAt updatedAt archivedAt trashed
  state { id name type } team { id key } project { slugId }
  assignee { id isMe email } delegate { id isMe email }
  labels(first: 10) { nodes { id name } ${PAGE_INFO} }
  inverseRelations(first: 10) { nodes { type issue { ${OTHER} } } ${PAGE_INFO} }`;

function query<T>(text: string, fits: (data: unknown) => data is T): Question<T> {
  return { text, writes: false, fits };
}

function mutation<T>(text: string, fits: (data: unknown) => data is T): Question<T> {
  return { text, writes: true, fits };
}

export const ISSUES = query(
  // Ordered by what never changes: an issue that is edited between two pages keeps its place and is met once.
  `query Issues($filter: IssueFilter!, $first: Int!, $after: String, $archived: Boolean!) {
    issues(filter: $filter, first: $first, after: $after, includeArchived: $archived, orderBy: createdAt) {
      nodes { ${ISSUE_FIELDS} } ${PAGE_INFO} } }`,
  validateIssuesAnswer,
);

export const ISSUE_LABELS = query(
  `query IssueLabels($id: String!, $after: String) { issue(id: $id) {
    labels(first: 50, after: $after) { nodes { id name } ${PAGE_INFO} } } }`,
  validateIssueLabelsAnswer,
);

export const ISSUE_BLOCKERS = query(
  `query IssueBlockers($id: String!, $after: String) { issue(id: $id) {
    inverseRelations(first: 50, after: $after) { nodes { type issue { ${OTHER} } } ${PAGE_INFO} } } }`,
  validateIssueBlockersAnswer,
);

export const STATES = query(
  `query States($filter: WorkflowStateFilter!, $after: String) {
    workflowStates(filter: $filter, first: 100, after: $after) { nodes { id name type } ${PAGE_INFO} } }`,
  validateStatesAnswer,
);

export const LABELS = query(
  `query Labels($filter: IssueLabelFilter!, $after: String) {
    issueLabels(filter: $filter, first: 100, after: $after) { nodes { id name team { id } } ${PAGE_INFO} } }`,
  validateLabelsAnswer,
);

export const LABEL_CREATE = mutation(
  `mutation LabelCreate($input: IssueLabelCreateInput!) {
    issueLabelCreate(input: $input) { success issueLabel { id name } } }`,
  validateLabelCreateAnswer,
);

export const USERS = query(
  `query Users($filter: UserFilter!, $after: String) {
    users(filter: $filter, first: 50, after: $after) { nodes { id name isMe } ${PAGE_INFO} } }`,
  validateUsersAnswer,
);

export const SCOPE = query(
  `query Scope($teams: TeamFilter!, $projects: ProjectFilter!) {
    viewer { id name }
    teams(filter: $teams, first: 2) { nodes { id key } ${PAGE_INFO} }
    projects(filter: $projects, first: 2) { nodes { id slugId teams(first: 10) { nodes { id key } ${PAGE_INFO} } } ${PAGE_INFO} } }`,
  validateScopeAnswer,
);

export const ISSUE_UPDATE = mutation(
  `mutation IssueUpdate($id: String!, $input: IssueUpdateInput!) {
    issueUpdate(id: $id, input: $input) { success issue { ${ISSUE_FIELDS} } } }`,
  validateIssueUpdateAnswer,
);

export const ISSUE_CREATE = mutation(
  `mutation IssueCreate($input: IssueCreateInput!) {
    issueCreate(input: $input) { success issue { ${ISSUE_FIELDS} } } }`,
  validateIssueCreateAnswer,
);

export const ISSUE_COMMENTS = query(
  `query IssueComments($id: String!, $filter: CommentFilter!, $after: String) { issue(id: $id) {
    comments(first: 50, after: $after, filter: $filter, orderBy: createdAt) {
      nodes { id body createdAt user { displayName isMe active guest app } botActor { name } } ${PAGE_INFO} } } }`,
  validateIssueCommentsAnswer,
);

export const COMMENTS = query(
  `query Comments($filter: CommentFilter!, $after: String) {
    comments(filter: $filter, first: 50, after: $after) { nodes { id body } ${PAGE_INFO} } }`,
  validateCommentsAnswer,
);

export const COMMENT_CREATE = mutation(
  `mutation CommentCreate($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id } } }`,
  validateCommentCreateAnswer,
);

export const COMMENT_UPDATE = mutation(
  `mutation CommentUpdate($id: String!, $input: CommentUpdateInput!) {
    commentUpdate(id: $id, input: $input) { success comment { id } } }`,
  validateCommentUpdateAnswer,
);

export const COMMENT_DELETE = mutation(
  `mutation CommentDelete($id: String!) { commentDelete(id: $id) { success } }`,
  validateCommentDeleteAnswer,
);

export const RELATION_CREATE = mutation(
  `mutation RelationCreate($input: IssueRelationCreateInput!) { issueRelationCreate(input: $input) { success } }`,
  validateRelationCreateAnswer,
);

export const ATTACHMENT_CREATE = mutation(
  `mutation AttachmentCreate($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }`,
  validateAttachmentCreateAnswer,
);

export const PULL_ATTACH = mutation(
  `mutation PullAttach($issueId: String!, $url: String!, $title: String) {
    attachmentLinkGitHubPR(issueId: $issueId, url: $url, title: $title, linkKind: links) { success } }`,
  validatePullAttachAnswer,
);

export const RELATIONS = query(
  `query Relations($id: String!, $children: String, $from: String, $to: String) { issue(id: $id) {
    parent { ${OTHER} }
    children(first: 50, after: $children) { nodes { ${OTHER} } ${PAGE_INFO} }
    relations(first: 50, after: $from) { nodes { type relatedIssue { ${OTHER} } } ${PAGE_INFO} }
    inverseRelations(first: 50, after: $to) { nodes { type issue { ${OTHER} } } ${PAGE_INFO} } } }`,
  validateRelationsAnswer,
);
