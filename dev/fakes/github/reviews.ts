import { invalidField, Refusal } from "./refusal.ts";
import type { GithubIssue, GithubPull, GithubRepo, GithubReview, GithubReviewComment } from "./state.ts";
import { at, pullView, userView } from "./views.ts";
import { changed } from "./webhooks.ts";
import { type Doing, orThrow } from "./world.ts";

export interface ThreadDraft {
  readonly path: string;
  readonly line?: number | undefined;
  readonly side?: string | undefined;
  readonly body: string;
}

const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

/** A submitted review with its threads. */
export function addReview(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  wish: { event: string; body: string; commitSha?: string | undefined; threads: readonly ThreadDraft[] },
): GithubReview {
  const { world, actor } = doing;
  const state = STATES[wish.event as keyof typeof STATES];
  if (state === undefined) throw invalidField("PullRequestReview", "event", "invalid");
  if (actor === issue.author && state !== "COMMENTED") {
    const what = state === "APPROVED" ? "approve" : "request changes on";
    throw new Refusal(422, "Unprocessable Entity", { errors: [`Review Can not ${what} your own pull request`] });
  }
  if (state !== "APPROVED" && wish.body === "" && wish.threads.length === 0) {
    throw new Refusal(422, "Unprocessable Entity", { errors: ["Could not comment pull request review."] });
  }
  const commitSha = wish.commitSha ?? pull.headSha;
  const review: GithubReview = {
    id: world.nextId(),
    pullId: pull.id,
    author: actor,
    body: wish.body,
    state,
    commitSha,
    submittedAt: world.now,
  };
  const touched = filesOf(doing, repo, pull);
  for (const { path } of wish.threads) {
    if (!touched.includes(path))
      throw new Refusal(422, "Unprocessable Entity", { errors: ["Path could not be resolved"] });
  }
  world.data.reviews.push(review);
  for (const draft of wish.threads) startThread(doing, repo, issue, pull, review, draft);
  pull.requestedReviewers = pull.requestedReviewers.filter((login) => login !== actor);
  issue.updatedAt = world.now;
  changed(doing, repo, "pull_request_review.submitted", {
    review: reviewView(doing, review),
    pull_request: plain(doing, repo, issue, pull),
  });
  return review;
}

export function startThread(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  review: GithubReview,
  draft: ThreadDraft,
): GithubReviewComment {
  const { world } = doing;
  const thread = {
    id: world.nextId(),
    pullId: pull.id,
    path: draft.path,
    line: draft.line ?? null,
    commitSha: review.commitSha,
    resolvedBy: null,
  };
  world.data.threads.push({ ...thread, side: draft.side === "LEFT" ? "LEFT" : "RIGHT" });
  return addToThread(doing, repo, issue, pull, {
    threadId: thread.id,
    reviewId: review.id,
    body: draft.body,
    inReplyTo: null,
  });
}

export function addToThread(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  draft: Pick<GithubReviewComment, "threadId" | "reviewId" | "body" | "inReplyTo">,
): GithubReviewComment {
  const { world } = doing;
  const { now } = world;
  const comment: GithubReviewComment = {
    id: world.nextId(),
    pullId: pull.id,
    author: doing.actor,
    createdAt: now,
    updatedAt: now,
    ...draft,
  };
  world.data.reviewComments.push(comment);
  issue.updatedAt = now;
  const content = { comment: reviewCommentView(doing, comment), pull_request: plain(doing, repo, issue, pull) };
  changed(doing, repo, "pull_request_review_comment.created", content);
  return comment;
}

/** A reply belongs to a review of its own that says nothing else. */
export function reply(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  threadId: number,
  body: string,
): GithubReviewComment {
  const { world, actor } = doing;
  const first = orThrow(world.data.reviewComments.find((one) => one.threadId === threadId));
  const review: GithubReview = {
    id: world.nextId(),
    pullId: pull.id,
    author: actor,
    body: "",
    state: "COMMENTED",
    commitSha: pull.headSha,
    submittedAt: world.now,
  };
  world.data.reviews.push(review);
  return addToThread(doing, repo, issue, pull, { threadId, reviewId: review.id, body, inReplyTo: first.id });
}

export function reviewView({ data }: Doing, review: GithubReview) {
  const { issue, url, page } = placeOf(data, review.pullId);
  return {
    id: review.id,
    node_id: `PRR_${review.id}`,
    user: userView(data, review.author),
    body: review.body,
    state: review.state,
    commit_id: review.commitSha,
    submitted_at: at(review.submittedAt),
    author_association: review.author === issue.author ? "CONTRIBUTOR" : "COLLABORATOR",
    html_url: `${page}#pullrequestreview-${review.id}`,
    pull_request_url: url,
    _links: { html: { href: `${page}#pullrequestreview-${review.id}` }, pull_request: { href: url } },
  };
}

export function reviewCommentView({ data }: Doing, comment: GithubReviewComment) {
  const thread = orThrow(data.threads.find(({ id }) => id === comment.threadId));
  const { issue, url, page } = placeOf(data, comment.pullId);
  const own = `${url.replace(/\d+$/, "comments")}/${comment.id}`;
  const html = `${page}#discussion_r${comment.id}`;
  return {
    id: comment.id,
    node_id: `PRRC_${comment.id}`,
    pull_request_review_id: comment.reviewId,
    user: userView(data, comment.author),
    body: comment.body,
    path: thread.path,
    line: thread.line,
    original_line: thread.line,
    side: thread.side,
    diff_hunk: "",
    commit_id: thread.commitSha,
    original_commit_id: thread.commitSha,
    ...(comment.inReplyTo !== null && { in_reply_to_id: comment.inReplyTo }),
    created_at: at(comment.createdAt),
    updated_at: at(comment.updatedAt),
    author_association: comment.author === issue.author ? "CONTRIBUTOR" : "COLLABORATOR",
    url: own,
    html_url: html,
    pull_request_url: url,
    _links: { self: { href: own }, html: { href: html }, pull_request: { href: url } },
  };
}

function placeOf(data: Doing["data"], pullId: number) {
  const issue = orThrow(data.issues.find(({ id }) => id === pullId));
  const repo = orThrow(data.repos.find(({ id }) => id === issue.repoId));
  const name = `${repo.owner}/${repo.name}`;
  const url = `https://api.github.com/repos/${name}/pulls/${issue.number}`;
  return { issue, url, page: `https://github.com/${name}/pull/${issue.number}` };
}

function filesOf({ world }: Doing, repo: GithubRepo, pull: GithubPull): string[] {
  return world
    .git(repo)
    .git(["diff", "--name-only", `${pull.base}...${pull.headSha}`])
    .split("\n");
}

function plain({ world }: Doing, repo: GithubRepo, issue: GithubIssue, pull: GithubPull) {
  return pullView(world.data, issue, pull, world.git(repo).head(pull.base) ?? "");
}
