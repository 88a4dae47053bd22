import type { Reply } from "../../shared/http.ts";
import type { CnbComment } from "../state.ts";
import { at, userView } from "../views.ts";
import { orThrow } from "../world.ts";
import { type Ask, page, pullOf, requiredText, type Route } from "./ask.ts";

const READ = { scope: "repo-notes:r" };
const WRITE = { scope: "repo-notes:rw" };
const ONE = "/{repo}/-/pulls/{number}/comments/{comment}";

/** Comments on a pull request as a whole. */
export const COMMENT_ROUTES: Record<string, Route> = {
  "GET /{repo}/-/pulls/{number}/comments": { ...READ, answer: list },
  "POST /{repo}/-/pulls/{number}/comments": { ...WRITE, body: ["body", "work_mode"], answer: create },
  [`GET ${ONE}`]: { ...READ, answer: (ask) => ({ status: 200, body: commentView(ask, commentOf(ask)) }) },
  [`PATCH ${ONE}`]: { ...WRITE, body: ["body"], answer: update },
};

function list(ask: Ask): Reply {
  const { id } = pullOf(ask);
  const own = ask.data.comments.filter(({ pullId }) => pullId === id);
  return { status: 200, body: page(ask, own, (comment) => commentView(ask, comment)) };
}

function create(ask: Ask): Reply {
  const { world, actor, data } = ask;
  const pull = pullOf(ask);
  const body = requiredText(ask.body, "body");
  const comment = {
    id: world.nextId(),
    pullId: pull.id,
    author: actor,
    body,
    createdAt: world.now,
    updatedAt: world.now,
  };
  data.comments.push(comment);
  pull.updatedAt = world.now;
  ask.call.effect = true;
  return { status: 201, body: commentView(ask, comment) };
}

function update(ask: Ask): Reply {
  const comment = commentOf(ask);
  Object.assign(comment, { body: requiredText(ask.body, "body"), updatedAt: ask.world.now });
  ask.call.effect = true;
  return { status: 200, body: commentView(ask, comment) };
}

function commentOf(ask: Ask): CnbComment {
  const { id } = pullOf(ask);
  return orThrow(ask.data.comments.find((one) => one.id === ask.params.comment && one.pullId === id));
}

function commentView({ data }: Ask, { id, body, author, createdAt, updatedAt }: CnbComment) {
  return { id, body, author: userView(data, author), created_at: at(createdAt), updated_at: at(updatedAt) };
}
