import type { Reply } from "../../shared/http.ts";
import { isJson, type Json } from "../../shared/json.ts";
import { invalidField } from "../refusal.ts";
import {
  addReview,
  addToThread,
  reply,
  reviewCommentView,
  reviewView,
  startThread,
  type ThreadDraft,
} from "../reviews.ts";
import { changed } from "../webhooks.ts";
import { orThrow } from "../world.ts";
import { type Ask, page, pullRequestOf, type Route, repoOf, text } from "./ask.ts";

export const REVIEW_ROUTES: Record<string, Route> = {
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews": (ask) => {
    const { pull } = pullRequestOf(ask, repoOf(ask));
    return page(
      ask,
      ask.data.reviews.filter(({ pullId }) => pullId === pull.id),
      (review) => reviewView(ask, review),
    );
  },
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews": (ask) => {
    const repo = repoOf(ask, "read", "pull_requests");
    const { issue, pull } = pullRequestOf(ask, repo);
    const { body } = ask;
    const threads = (Array.isArray(body.comments) ? body.comments : []).filter(isJson).map(readThread);
    const event = text(body, "event");
    if (event === undefined) throw invalidField("PullRequestReview", "event", "missing_field");
    const wish = { event, body: text(body, "body") ?? "", commitSha: text(body, "commit_id"), threads };
    // GitHub answers 200 here, and 201 elsewhere.
    return { status: 200, body: reviewView(ask, addReview(ask, repo, issue, pull, wish)) };
  },
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals": (ask) => {
    const repo = repoOf(ask, "write", "pull_requests");
    const { pull } = pullRequestOf(ask, repo);
    const review = orThrow(
      ask.data.reviews.find(({ id, pullId }) => pullId === pull.id && id === Number(ask.params.review_id)),
    );
    review.state = "DISMISSED";
    changed(ask, repo, "pull_request_review.dismissed", { review: reviewView(ask, review) });
    return { status: 200, body: reviewView(ask, review) };
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments": (ask) => {
    const { pull } = pullRequestOf(ask, repoOf(ask));
    const since = Date.parse(ask.query.get("since") ?? "1970-01-01");
    const list = ask.data.reviewComments.filter(({ pullId, updatedAt }) => pullId === pull.id && updatedAt >= since);
    return page(ask, list, (comment) => reviewCommentView(ask, comment));
  },
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments": createComment,
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies": (ask) => {
    const repo = repoOf(ask, "read", "pull_requests");
    const { issue, pull } = pullRequestOf(ask, repo);
    const first = orThrow(ask.data.reviewComments.find(({ id }) => id === Number(ask.params.comment_id)));
    const comment = reply(ask, repo, issue, pull, first.threadId, text(ask.body, "body") ?? "");
    return { status: 201, body: reviewCommentView(ask, comment) };
  },
};

/** A single comment is a review of its own. */
function createComment(ask: Ask): Reply {
  const repo = repoOf(ask, "read", "pull_requests");
  const { issue, pull } = pullRequestOf(ask, repo);
  const { body, world } = ask;
  const commitSha = text(body, "commit_id") ?? pull.headSha;
  const own = { id: world.nextId(), pullId: pull.id, author: ask.actor, body: "", commitSha, submittedAt: world.now };
  const review = { ...own, state: "COMMENTED" } as const;
  const answered = ask.data.reviewComments.find(({ id }) => id === Number(body.in_reply_to));
  world.data.reviews.push(review);
  const comment =
    answered === undefined
      ? startThread(ask, repo, issue, pull, review, readThread(body))
      : addToThread(ask, repo, issue, pull, {
          threadId: answered.threadId,
          reviewId: review.id,
          body: text(body, "body") ?? "",
          inReplyTo: answered.id,
        });
  return { status: 201, body: reviewCommentView(ask, comment) };
}

function readThread(given: Json): ThreadDraft {
  const line = typeof given.line === "number" ? given.line : undefined;
  return { path: text(given, "path") ?? "", line, side: text(given, "side"), body: text(given, "body") ?? "" };
}
