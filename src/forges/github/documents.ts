// What is asked of GitHub's GraphQL. The tests hold every text against the published schema.

const ACTOR = "author { __typename login }";
const REMARK = `id url body createdAt authorAssociation ${ACTOR}`;
const PAGE = "pageInfo { hasNextPage endCursor }";

/** Threads in the first page: small, because GitHub counts what might come. */
const THREADS = 30;
const THREAD_COMMENTS = 20;
const CHECKS = 100;
/** The newest ones; older remarks and reviews are not shown. */
const REMARKS = 100;

/** Changes by number, each under `c<number>`. */
export function changesDocument(numbers: readonly number[]): string {
  const pulls = numbers.map((number) => `c${number}: pullRequest(number: ${number}) { ${pull(number)} }`);
  return `query Changes($owner: String!, $name: String!) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    ${pulls.join("\n    ")}
  }
}`;
}

/** The page of threads after a cursor. */
export const MORE_THREADS = `query MoreThreads($id: ID!, $after: String) {
  node(id: $id) { ... on PullRequest { ${threads(", after: $after")} } }
}`;

/** The page of checks after a cursor. */
export const MORE_CHECKS = `query MoreChecks($id: ID!, $number: Int!, $after: String) {
  node(id: $id) { ... on PullRequest { ${checks("$number", ", after: $after")} } }
}`;

/** Whether the credential may write. */
export const HEALTH = `query Health($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { viewerPermission }
}`;

export const READY = `mutation Ready($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { id } }
}`;

export const TO_DRAFT = `mutation ToDraft($id: ID!) {
  convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { id } }
}`;

export const REPLY = `mutation Reply($id: ID!, $body: String!) {
  addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $id, body: $body }) { comment { id } }
}`;

export const RESOLVE = `mutation Resolve($id: ID!) {
  resolveReviewThread(input: { threadId: $id }) { thread { id } }
}`;

export const ENQUEUE = `mutation Enqueue($id: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: { pullRequestId: $id, expectedHeadOid: $head }) { mergeQueueEntry { id } }
}`;

function pull(number: number): string {
  return [
    "id number state isDraft title body url updatedAt headRefName headRefOid baseRefName baseRefOid",
    `mergeable mergeStateStatus reviewDecision isInMergeQueue mergeCommit { oid } ${ACTOR}`,
    "labels(first: 50) { nodes { name } }",
    `reviews(last: ${REMARKS}) { nodes { id url state body submittedAt authorCanPushToRepository`,
    `${ACTOR} commit { oid } } }`,
    `comments(last: ${REMARKS}) { nodes { ${REMARK} } }`,
    threads(""),
    checks(String(number), ""),
  ].join(" ");
}

function threads(after: string): string {
  const comments = `comments(first: ${THREAD_COMMENTS}) { nodes { ${REMARK} } }`;
  return `reviewThreads(first: ${THREADS}${after}) { nodes { id isResolved path line ${comments} } ${PAGE} }`;
}

function checks(number: string, after: string): string {
  const required = `isRequired(pullRequestNumber: ${number})`;
  const run = `... on CheckRun { name status conclusion detailsUrl title summary ${required} }`;
  const status = `... on StatusContext { context state description targetUrl ${required} }`;
  const contexts = `contexts(first: ${CHECKS}${after}) { nodes { __typename ${run} ${status} } ${PAGE} }`;
  return `commits(last: 1) { nodes { commit { oid statusCheckRollup { ${contexts} } } } }`;
}
