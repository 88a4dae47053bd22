import type { Reply } from "../../shared/http.ts";
import { isJson, type Json } from "../../shared/json.ts";
import { invalid } from "../refusal.ts";
import type { CnbPull, CnbReview, CnbReviewComment, ReviewState } from "../state.ts";
import { at, userView } from "../views.ts";
import { orThrow } from "../world.ts";
import { type Ask, hereOf, page, pullOf, requiredText, type Route, text } from "./ask.ts";
import { rangeOf } from "./pulls.ts";

const READ = { scope: "repo-notes:r" };
const WRITE = { scope: "repo-notes:rw" };
const ALL = "/{repo}/-/pulls/{number}/reviews";
const EVENTS: Readonly<Record<string, ReviewState>> = {
  approve: "approved",
  comment: "commented",
  request_changes: "changes_requested",
  pending: "pending",
};

/** Reviews, and the comments in them: each review is asked for its own. There is no thread that could be resolved. */
export const REVIEW_ROUTES: Record<string, Route> = {
  [`GET ${ALL}`]: { ...READ, answer: list },
  [`POST ${ALL}`]: { ...WRITE, body: ["event", "body", "comments"], answer: create },
  [`GET ${ALL}/{review}/comments`]: { ...READ, answer: listComments },
  [`POST ${ALL}/{review}/replies`]: { ...WRITE, body: ["body", "reply_to_comment_id"], answer: reply },
};

/** A pending review is its author's alone. */
function visible(ask: Ask): CnbReview[] {
  const { id } = pullOf(ask);
  return ask.data.reviews.filter((one) => one.pullId === id && (one.state !== "pending" || one.author === ask.actor));
}

function list(ask: Ask): Reply {
  return { status: 200, body: page(ask, visible(ask), (review) => reviewView(ask, review)) };
}

function listComments(ask: Ask): Reply {
  const { id } = reviewOf(ask);
  const own = ask.data.reviewComments.filter(({ reviewId }) => reviewId === id);
  return { status: 200, body: page(ask, own, (comment) => commentView(ask, comment)) };
}

function create(ask: Ask): Reply {
  const { world, actor, data } = ask;
  const pull = pullOf(ask);
  const state = EVENTS[requiredText(ask.body, "event")];
  if (state === undefined) throw invalid(`event is invalid: ${text(ask.body, "event")}`);
  const body = text(ask.body, "body") ?? "";
  const { comments = [] } = ask.body;
  if (!Array.isArray(comments)) throw invalid("comments must be an array");
  if (body === "" && comments.length === 0 && state !== "approved") throw invalid("body is required");
  const review: CnbReview = { id: world.nextId(), pullId: pull.id, author: actor, body, state, createdAt: world.now };
  const drafts = comments.map((one) => readComment(ask, pull, review, one));
  data.reviews.push(review);
  data.reviewComments.push(...drafts);
  pull.updatedAt = world.now;
  ask.call.effect = true;
  return { status: 201, body: reviewView(ask, review) };
}

function readComment(ask: Ask, pull: CnbPull, review: CnbReview, given: unknown): CnbReviewComment {
  if (!isJson(given)) throw invalid("comments is invalid");
  const path = requiredText(given, "path");
  const repo = hereOf(ask);
  const { base, head } = rangeOf(repo, pull, ask);
  const touched = ask.world.git(repo).git(["diff", "--name-only", base, head]).split("\n");
  if (!touched.includes(path)) throw invalid(`path is invalid: ${path}`);
  const subjectType = text(given, "subject_type") ?? "line";
  if (subjectType !== "line" && subjectType !== "file") throw invalid(`subject_type is invalid: ${subjectType}`);
  const endLine = lineOf(given, "end_line");
  if (subjectType === "line" && endLine === null) throw invalid("end_line is required");
  return {
    ...{ id: ask.world.nextId(), reviewId: review.id, author: ask.actor, body: requiredText(given, "body"), path },
    commitHash: pull.headSha,
    ...{ subjectType, startLine: lineOf(given, "start_line"), startSide: sideOf(given, "start_side") },
    ...{ endLine, endSide: sideOf(given, "end_side"), replyTo: null, createdAt: ask.world.now },
  };
}

function reply(ask: Ask): Reply {
  const { world, actor, data } = ask;
  const review = reviewOf(ask);
  const to = requiredText(ask.body, "reply_to_comment_id");
  const first = data.reviewComments.find(({ id, reviewId }) => id === to && reviewId === review.id);
  if (first === undefined) throw invalid(`reply_to_comment_id is invalid: ${to}`);
  const own = { id: world.nextId(), author: actor, body: requiredText(ask.body, "body"), replyTo: to };
  const comment: CnbReviewComment = { ...first, ...own, createdAt: world.now };
  data.reviewComments.push(comment);
  pullOf(ask).updatedAt = world.now;
  ask.call.effect = true;
  return { status: 201, body: commentView(ask, comment) };
}

function reviewOf(ask: Ask): CnbReview {
  return orThrow(visible(ask).find(({ id }) => id === ask.params.review));
}

function lineOf(given: Json, name: string): number | null {
  const value = given[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) throw invalid(`${name} is invalid`);
  return value;
}

function sideOf(given: Json, name: string): "left" | "right" | null {
  const value = text(given, name);
  if (value === undefined) return null;
  if (value !== "left" && value !== "right") throw invalid(`${name} is invalid: ${value}`);
  return value;
}

function reviewView({ data }: Ask, { id, state, body, author, createdAt }: CnbReview) {
  return { id, state, body, author: userView(data, author), created_at: at(createdAt), updated_at: at(createdAt) };
}

function commentView({ data }: Ask, comment: CnbReviewComment) {
  return {
    id: comment.id,
    review_id: comment.reviewId,
    body: comment.body,
    path: comment.path,
    commit_hash: comment.commitHash,
    subject_type: comment.subjectType,
    start_line: comment.startLine,
    start_side: comment.startSide,
    end_line: comment.endLine,
    end_side: comment.endSide,
    reply_to_comment_id: comment.replyTo,
    author: userView(data, comment.author),
    created_at: at(comment.createdAt),
    updated_at: at(comment.createdAt),
  };
}
