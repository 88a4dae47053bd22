import type { Json } from "../../shared/json.ts";
import { permissionOfLogin } from "../identity.ts";
import { closingNumbers } from "../merge.ts";
import { mergeabilityOf, opinionsOn, rulesOf } from "../requirements.ts";
import { hasQueue } from "../rest/pulls.ts";
import { atLeast, type GithubIssue, type GithubPull, type GithubRepo, type GithubReview } from "../state.ts";
import { associationOf, at, atOrNull } from "../views.ts";
import { issueById, pullOf, repoById } from "../world.ts";
import { actorNode, actorOrNull } from "./actors.ts";
import type { Asking } from "./answer.ts";
import { commitNode } from "./commit-node.ts";
import { connect, type PageArguments } from "./connection.ts";
import { issueNode, sharedNode } from "./issue-node.ts";
import { repositoryNode } from "./repository-node.ts";
import { threadNode } from "./thread-node.ts";

export function pullNode(asking: Asking, issue: GithubIssue): Json {
  const { data } = asking;
  const pull = pullOf(data, issue);
  const repo = repoById(data, issue.repoId);
  const list = (name: string, nodes: () => Json[]) => (page: PageArguments) => connect(nodes(), page, name);
  return {
    __typename: "PullRequest",
    ...sharedNode(asking, issue),
    ...branchesOf(asking, repo, issue, pull),
    ...mergingOf(asking, repo, issue, pull),
    state: pull.mergedAt === null ? issue.state.toUpperCase() : "MERGED",
    isDraft: pull.draft,
    reviewDecision: () => decisionOf(asking, repo, pull),
    reviews: list("reviews", () => reviewsOf(asking, pull).map((review) => reviewNode(asking, review))),
    latestOpinionatedReviews: (page: PageArguments & { writersOnly?: boolean }) => {
      const isCounted = ({ author }: GithubReview) =>
        page.writersOnly !== true || atLeast(permissionOfLogin(repo, author), "write");
      const nodes = opinionsOn(data, pull)
        .filter(isCounted)
        .map((review) => reviewNode(asking, review));
      return connect(nodes, page, "latestOpinionatedReviews");
    },
    reviewRequests: list("reviewRequests", () =>
      pull.requestedReviewers.map((login) => ({
        __typename: "ReviewRequest",
        requestedReviewer: actorNode(data, login),
      })),
    ),
    reviewThreads: (page: PageArguments) => {
      const threads = data.threads.filter(({ pullId }) => pullId === pull.id);
      return connect(
        threads.map((thread) => threadNode(asking, thread)),
        page,
        "reviewThreads",
        asking.call.keep,
      );
    },
    closingIssuesReferences: list("closingIssuesReferences", () =>
      data.issues
        .filter((one) => one.repoId === issue.repoId && !one.isPull && closingNumbers(issue).includes(one.number))
        .map((one) => issueNode(asking, one)),
    ),
    commits: list("commits", () => commitsOf(asking, repo, pull)),
  };
}

function branchesOf(asking: Asking, repo: GithubRepo, _issue: GithubIssue, pull: GithubPull): Json {
  const owner = actorNode(asking.data, repo.owner);
  return {
    headRefName: pull.head,
    headRefOid: pull.headSha,
    baseRefName: pull.base,
    baseRefOid: pull.baseShaAtMerge ?? asking.world.git(repo).head(pull.base) ?? null,
    isCrossRepository: false,
    headRepositoryOwner: owner,
    headRepository: () => repositoryNode(asking, repo),
  };
}

function mergingOf(asking: Asking, repo: GithubRepo, issue: GithubIssue, pull: GithubPull): Json {
  const { data } = asking;
  const { autoMerge } = pull;
  const oid = pull.mergeCommitSha;
  return {
    merged: pull.mergedAt !== null,
    mergedAt: atOrNull(pull.mergedAt),
    mergedBy: actorOrNull(data, pull.mergedBy),
    mergeCommit: oid === null ? null : () => commitNode(asking, repo, pull, oid),
    mergeable: () => {
      const { mergeable } = mergeabilityOf(asking, issue, pull);
      return mergeable === null ? "UNKNOWN" : mergeable ? "MERGEABLE" : "CONFLICTING";
    },
    mergeStateStatus: () => mergeabilityOf(asking, issue, pull).state.toUpperCase(),
    canBeRebased: () => mergeabilityOf(asking, issue, pull, true).mergeable === true,
    isMergeQueueEnabled: hasQueue(repo, pull.base),
    isInMergeQueue: pull.queuedAt !== null,
    mergeQueueEntry: pull.queuedAt === null ? null : () => queueEntryNode(asking, pull),
    autoMergeRequest: autoMerge && {
      ...{
        enabledAt: at(autoMerge.at),
        mergeMethod: autoMerge.method.toUpperCase(),
        enabledBy: actorNode(data, autoMerge.by),
      },
    },
    maintainerCanModify: false,
    viewerCanUpdateBranch: true,
    viewerCanEnableAutoMerge: repo.allow.autoMerge && issue.state === "open",
    viewerMergeBodyText: () => issue.body ?? "",
  };
}

/** `position` counts from 1 along the queue of the same base. */
export function queueEntryNode({ data }: Asking, pull: GithubPull): Json {
  const queue = data.pulls
    .filter(({ base, queuedAt }) => base === pull.base && queuedAt !== null)
    .sort((a, b) => (a.queuedAt ?? 0) - (b.queuedAt ?? 0) || a.id - b.id);
  return {
    __typename: "MergeQueueEntry",
    id: `MQE_${pull.id}`,
    state: "AWAITING_CHECKS",
    position: queue.indexOf(pull) + 1,
  };
}

/** `null` where nobody has to approve. */
function decisionOf({ data }: Asking, repo: GithubRepo, pull: GithubPull): string | null {
  const wanted = Math.max(0, ...rulesOf(repo, pull.base).map(({ approvals }) => approvals));
  const opinions = opinionsOn(data, pull);
  if (opinions.some(({ state }) => state === "CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  const approvals = opinions.filter(({ author }) => atLeast(permissionOfLogin(repo, author), "write")).length;
  if (wanted === 0) return null;
  return approvals >= wanted ? "APPROVED" : "REVIEW_REQUIRED";
}

function reviewsOf({ data }: Asking, pull: GithubPull): GithubReview[] {
  return data.reviews.filter(({ pullId }) => pullId === pull.id);
}

export function reviewNode({ data }: Asking, review: GithubReview): Json {
  const issue = issueById(data, review.pullId);
  const repo = repoById(data, issue.repoId);
  const page = `https://github.com/${repo.owner}/${repo.name}/pull/${issue.number}`;
  return {
    url: `${page}#pullrequestreview-${review.id}`,
    ...{
      __typename: "PullRequestReview",
      id: `PRR_${review.id}`,
      databaseId: review.id,
      state: review.state,
      body: review.body,
    },
    ...{
      author: actorNode(data, review.author),
      submittedAt: at(review.submittedAt),
      createdAt: at(review.submittedAt),
    },
    authorAssociation: associationOf(repo, review.author),
    authorCanPushToRepository: atLeast(permissionOfLogin(repo, review.author), "write"),
    commit: { __typename: "Commit", id: `C_${review.commitSha}`, oid: review.commitSha },
  };
}

function commitsOf(asking: Asking, repo: GithubRepo, pull: GithubPull): Json[] {
  const git = asking.world.git(repo);
  const base = pull.baseShaAtMerge ?? git.head(pull.base) ?? "";
  const shas = git.commitsBetween(base, pull.headSha);
  return shas.map((oid) => ({
    ...{ __typename: "PullRequestCommit", id: `PRC_${oid}`, commit: () => commitNode(asking, repo, pull, oid) },
  }));
}
