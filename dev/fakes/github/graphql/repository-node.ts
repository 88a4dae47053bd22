import { isJson, type Json } from "../../shared/json.ts";
import { permissionOn } from "../identity.ts";
import { rulesOf } from "../requirements.ts";
import { hasQueue } from "../rest/pulls.ts";
import type { GithubIssue, GithubRepo, GithubRule } from "../state.ts";
import { pullOf } from "../world.ts";
import { actorNode } from "./actors.ts";
import type { Asking } from "./answer.ts";
import { connect, type PageArguments } from "./connection.ts";
import { unresolved } from "./failure.ts";
import { issueNode } from "./issue-node.ts";
import { pullNode } from "./pull-node.ts";

type Filter = PageArguments & { orderBy?: { field: string; direction: string } | null; states?: string[] | null };

export function repositoryNode(asking: Asking, repo: GithubRepo): Json {
  const { data, world } = asking;
  const git = world.git(repo);
  const permission = permissionOn(asking.who, repo);
  const own = data.issues.filter(({ repoId }) => repoId === repo.id);
  const find = (number: number, isPull: boolean, noun: string) => {
    const issue = own.find((one) => one.number === number && one.isPull === isPull);
    if (issue === undefined) throw unresolved(`a${noun === "Issue" ? "n" : ""} ${noun} with the number of ${number}`);
    return issue;
  };
  return {
    ...{ __typename: "Repository", id: `R_${repo.id}`, databaseId: repo.id, name: repo.name },
    ...{
      nameWithOwner: `${repo.owner}/${repo.name}`,
      isPrivate: repo.private,
      url: `https://github.com/${repo.owner}/${repo.name}`,
    },
    owner: () => actorNode(data, repo.owner),
    viewerPermission: permission === "none" ? null : permission.toUpperCase(),
    viewerCanAdminister: permission === "admin",
    ...{
      autoMergeAllowed: repo.allow.autoMerge,
      mergeCommitAllowed: repo.allow.merge,
      squashMergeAllowed: repo.allow.squash,
    },
    ...{
      rebaseMergeAllowed: repo.allow.rebase,
      deleteBranchOnMerge: repo.deleteBranchOnMerge,
      allowUpdateBranch: true,
    },
    defaultBranchRef: () => refNode(repo, repo.defaultBranch, git.head(repo.defaultBranch)),
    ref: ({ qualifiedName }: { qualifiedName: string }) => {
      const branch = qualifiedName.replace("refs/heads/", "");
      return refNode(repo, branch, git.head(branch));
    },
    mergeQueue: ({ branch }: { branch?: string }) => {
      const name = branch ?? repo.defaultBranch;
      return hasQueue(repo, name) ? { __typename: "MergeQueue", id: `MQ_${repo.id}_${name}` } : null;
    },
    issue: ({ number }: { number: number }) => issueNode(asking, find(number, false, "Issue")),
    pullRequest: ({ number }: { number: number }) => pullNode(asking, find(number, true, "PullRequest")),
    ...listsOf(asking, own),
  };
}

function listsOf(asking: Asking, own: readonly GithubIssue[]): Json {
  const { data } = asking;
  return {
    issues: (filter: Filter & { filterBy?: Json | null; labels?: string[] | null }) => {
      const list = selectIssues(own, filter).map((issue) => issueNode(asking, issue));
      return connect(list, filter, "issues", asking.call.keep);
    },
    pullRequests: (filter: Filter & { headRefName?: string | null; baseRefName?: string | null }) => {
      const pulls = own.filter(({ isPull }) => isPull).map((issue) => ({ issue, pull: pullOf(data, issue) }));
      const list = pulls
        .filter(({ pull }) => filter.headRefName == null || pull.head === filter.headRefName)
        .filter(({ pull }) => filter.baseRefName == null || pull.base === filter.baseRefName)
        .filter(
          ({ issue, pull }) =>
            filter.states == null ||
            filter.states.includes(pull.mergedAt === null ? issue.state.toUpperCase() : "MERGED"),
        )
        .map(({ issue }) => issue);
      return connect(
        sort(list, filter.orderBy).map((issue) => pullNode(asking, issue)),
        filter,
        "pullRequests",
        asking.call.keep,
      );
    },
  };
}

function selectIssues(
  own: readonly GithubIssue[],
  filter: Filter & { filterBy?: Json | null; labels?: string[] | null },
): GithubIssue[] {
  const by = isJson(filter.filterBy) ? filter.filterBy : {};
  const states = (by.states ?? filter.states) as string[] | null | undefined;
  const labels = (by.labels ?? filter.labels) as string[] | null | undefined;
  const since = typeof by.since === "string" ? Date.parse(by.since) : 0;
  const list = own
    .filter(({ isPull, updatedAt }) => !isPull && updatedAt >= since)
    .filter(({ state }) => states == null || states.includes(state.toUpperCase()))
    .filter((issue) => labels == null || labels.some((label) => issue.labels.includes(label)));
  return sort(list, filter.orderBy);
}

function sort(list: readonly GithubIssue[], order: Filter["orderBy"]): GithubIssue[] {
  const key = order?.field === "UPDATED_AT" ? "updatedAt" : "createdAt";
  const sign = order?.direction === "DESC" ? -1 : 1;
  return [...list].sort((a, b) => sign * (a[key] - b[key] || a.number - b.number));
}

function refNode(repo: GithubRepo, branch: string, oid: string | undefined): Json | null {
  if (oid === undefined) return null;
  const rules = rulesOf(repo, branch);
  const classic = rules.find(({ source }) => source === "classic");
  const nodes = rules.filter(({ source }) => source === "ruleset").flatMap((rule) => ruleNodes(repo, rule));
  return {
    ...{ __typename: "Ref", id: `REF_${branch}`, name: branch, prefix: "refs/heads/" },
    target: { __typename: "Commit", id: `C_${oid}`, oid },
    branchProtectionRule: classic === undefined ? null : protectionNode(classic),
    rules: (page: PageArguments) => connect(nodes, page, "rules"),
  };
}

function protectionNode(rule: GithubRule): Json {
  return {
    ...{ __typename: "BranchProtectionRule", id: `BPR_${rule.branch}`, pattern: rule.branch, isAdminEnforced: true },
    ...{ requiresApprovingReviews: rule.approvals > 0, requiredApprovingReviewCount: rule.approvals },
    ...{ requiresStatusChecks: rule.requiredChecks.length > 0, requiredStatusCheckContexts: rule.requiredChecks },
    ...{ requiresConversationResolution: rule.resolveThreads, requiresLinearHistory: false },
    ...{ requiresStrictStatusChecks: rule.strict, requiresCodeOwnerReviews: false },
  };
}

function ruleNodes(repo: GithubRepo, rule: GithubRule): Json[] {
  const methods = (["merge", "squash", "rebase"] as const)
    .filter((method) => repo.allow[method])
    .map((one) => one.toUpperCase());
  const node = (type: string, parameters: Json) => ({
    __typename: "RepositoryRule",
    id: `RR_${type}`,
    type,
    parameters,
  });
  const reviews = rule.approvals > 0 || rule.resolveThreads || rule.locked;
  return [
    ...(reviews
      ? [
          node("PULL_REQUEST", {
            ...{
              __typename: "PullRequestParameters",
              requiredApprovingReviewCount: rule.approvals,
              allowedMergeMethods: methods,
            },
            ...{ requiredReviewThreadResolution: rule.resolveThreads, requireCodeOwnerReview: false },
          }),
        ]
      : []),
    ...(rule.requiredChecks.length > 0
      ? [
          node("REQUIRED_STATUS_CHECKS", {
            ...{ __typename: "RequiredStatusChecksParameters", strictRequiredStatusChecksPolicy: rule.strict },
            requiredStatusChecks: rule.requiredChecks.map((context) => ({ context, integrationId: null })),
          }),
        ]
      : []),
    ...(rule.mergeQueue
      ? [
          node("MERGE_QUEUE", {
            __typename: "MergeQueueParameters",
            mergeMethod: "MERGE",
            checkResponseTimeoutMinutes: 60,
          }),
        ]
      : []),
  ];
}
