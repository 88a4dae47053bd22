import type { Json } from "../../shared/json.ts";
import type { GithubData, GithubIssue, GithubProject, GithubRepo } from "../state.ts";
import { associationOf, at, atOrNull, dependencyCounts, labelView, nodeIdOf, subIssueCounts } from "../views.ts";
import { issueById, repoById } from "../world.ts";
import { actorNode } from "./actors.ts";
import type { Asking } from "./answer.ts";
import { connect, type PageArguments } from "./connection.ts";
import { pullNode } from "./pull-node.ts";
import { repositoryNode } from "./repository-node.ts";

/** What issues and pull requests have in common. */
export function sharedNode(asking: Asking, issue: GithubIssue): Json {
  const { data } = asking;
  const repo = repoById(data, issue.repoId);
  const list = (name: string, nodes: () => Json[]) => (page: PageArguments) => connect(nodes(), page, name);
  return {
    id: nodeIdOf(issue),
    databaseId: issue.id,
    fullDatabaseId: String(issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    url: `https://github.com/${repo.owner}/${repo.name}/${issue.isPull ? "pull" : "issues"}/${issue.number}`,
    locked: issue.locked,
    closed: issue.state === "closed",
    closedAt: atOrNull(issue.closedAt),
    createdAt: at(issue.createdAt),
    updatedAt: at(issue.updatedAt),
    authorAssociation: associationOf(repo, issue.author),
    author: actorNode(data, issue.author),
    repository: () => repositoryNode(asking, repo),
    milestone: null,
    labels: list("labels", () => issue.labels.map((name) => labelNode(repo, name))),
    assignees: list("assignees", () => issue.assignees.map((login) => actorNode(data, login))),
    comments: list("comments", () => commentNodes(data, issue)),
    projectItems: list("projectItems", () => projectItemsOf(asking, issue)),
  };
}

function labelNode(repo: GithubRepo, name: string): Json {
  const { id, color, description, node_id } = labelView(repo, name);
  return { __typename: "Label", id: node_id, databaseId: id, name, color, description };
}

function commentNodes(data: GithubData, issue: GithubIssue): Json[] {
  const repo = repoById(data, issue.repoId);
  return data.comments
    .filter(({ issueId }) => issueId === issue.id)
    .map(({ id, author, body, createdAt, updatedAt }) => ({
      ...{ __typename: "IssueComment", id: `IC_${id}`, databaseId: id, body, author: actorNode(data, author) },
      ...{ createdAt: at(createdAt), updatedAt: at(updatedAt), authorAssociation: associationOf(repo, author) },
      url: `https://github.com/${repo.owner}/${repo.name}/issues/${issue.number}#issuecomment-${id}`,
    }));
}

export function issueNode(asking: Asking, issue: GithubIssue): Json {
  const { data } = asking;
  const nodes = (ids: readonly number[]) => ids.map((id) => issueNode(asking, issueById(data, id)));
  const counts = dependencyCounts(data, issue);
  const { total, completed, percent_completed: percentCompleted } = subIssueCounts(data, issue);
  return {
    __typename: "Issue",
    ...sharedNode(asking, issue),
    state: issue.state.toUpperCase(),
    stateReason: issue.stateReason?.toUpperCase() ?? null,
    issueType: null,
    parent: () => (issue.parentId === null ? null : issueNode(asking, issueById(data, issue.parentId))),
    subIssues: (page: PageArguments) =>
      connect(
        nodes(data.issues.filter(({ parentId }) => parentId === issue.id).map(({ id }) => id)),
        page,
        "subIssues",
      ),
    subIssuesSummary: { total, completed, percentCompleted },
    blockedBy: (page: PageArguments) =>
      connect(
        nodes(data.blockers.filter(({ issueId }) => issueId === issue.id).map((one) => one.blockerId)),
        page,
        "blockedBy",
      ),
    blocking: (page: PageArguments) =>
      connect(
        nodes(data.blockers.filter(({ blockerId }) => blockerId === issue.id).map((one) => one.issueId)),
        page,
        "blocking",
      ),
    issueDependenciesSummary: {
      ...{ blockedBy: counts.blocked_by, totalBlockedBy: counts.total_blocked_by },
      ...{ blocking: counts.blocking, totalBlocking: counts.total_blocking },
    },
    closedByPullRequestsReferences: (page: PageArguments & { includeClosedPrs?: boolean }) =>
      connect(closersOf(asking, issue, page.includeClosedPrs === true), page, "closedByPullRequestsReferences"),
  };
}

function closersOf(asking: Asking, issue: GithubIssue, includeClosed: boolean): Json[] {
  const mention = new RegExp(`\\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\\s+#${issue.number}\\b`, "i");
  return asking.data.issues
    .filter(({ repoId, isPull, state }) => repoId === issue.repoId && isPull && (includeClosed || state === "open"))
    .filter(({ body }) => mention.test(body ?? ""))
    .map((pull) => pullNode(asking, pull));
}

function projectItemsOf(asking: Asking, issue: GithubIssue): Json[] {
  return asking.data.projects.flatMap((project) =>
    project.items.filter(({ contentId }) => contentId === issue.id).map((item) => itemNode(asking, project, item)),
  );
}

/** A card of a board. */
export function itemNode(asking: Asking, project: GithubProject, item: GithubProject["items"][number]): Json {
  const { data } = asking;
  const issue = issueById(data, item.contentId);
  return {
    ...{ __typename: "ProjectV2Item", id: `PVTI_${item.id}`, databaseId: item.id, isArchived: item.archived },
    ...{ type: issue.isPull ? "PULL_REQUEST" : "ISSUE", createdAt: at(item.createdAt), updatedAt: at(item.updatedAt) },
    content: () => (issue.isPull ? pullNode(asking, issue) : issueNode(asking, issue)),
    project: () => projectNode(asking, project),
    fieldValueByName: ({ name }: { name: string }) => {
      const field = project.fields.find((one) => one.name === name);
      const option = field?.options.find(({ id }) => id === item.values[field.id]);
      if (option === undefined) return null;
      const value = { name: option.name, optionId: option.id, updatedAt: at(item.updatedAt) };
      return { __typename: "ProjectV2ItemFieldSingleSelectValue", ...value };
    },
  };
}

export function projectNode(asking: Asking, project: GithubProject): Json {
  const fields = project.fields.map(({ id, name, options }) => ({
    ...{ __typename: "ProjectV2SingleSelectField", id, name, dataType: "SINGLE_SELECT", options },
  }));
  return {
    ...{
      __typename: "ProjectV2",
      id: `PVT_${project.id}`,
      number: project.number,
      title: project.title,
      closed: false,
    },
    url: `https://github.com/orgs/${project.owner}/projects/${project.number}`,
    fields: (page: PageArguments) => connect(fields, page, "fields"),
    field: ({ name }: { name: string }) => fields.find((one) => one.name === name) ?? null,
    items: (page: PageArguments) =>
      connect(
        project.items.map((item) => itemNode(asking, project, item)),
        page,
        "items",
        asking.call.keep,
      ),
  };
}
