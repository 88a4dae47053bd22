import type { Reply } from "../../shared/http.ts";
import { carryOutMerge, checkMergeable } from "../merge.ts";
import { invalid, Refusal } from "../refusal.ts";
import type { CnbPull, CnbRepo, MergeStyle } from "../state.ts";
import { listedPullView, pullView } from "../views.ts";
import { type Ask, hereOf, page, pullOf, requiredText, type Route, text } from "./ask.ts";
import { commitView } from "./git.ts";

const FILTERS = ["state", "base_ref", "authors", "reviewers", "assignees", "labels", "labels_operator", "order_by"];
const READ = { scope: "repo-pr:r" };
const WRITE = { scope: "repo-pr:rw", permission: "write" } as const;

export const PULL_ROUTES: Record<string, Route> = {
  "GET /{repo}/-/pulls": { ...READ, query: FILTERS, answer: list },
  "GET /{repo}/-/pull-in-batch": { ...READ, query: ["n"], answer: batch },
  "GET /{repo}/-/pulls/{number}": { ...READ, answer: (ask) => ({ status: 200, body: pullView(ask, pullOf(ask)) }) },
  "POST /{repo}/-/pulls": { ...WRITE, body: ["title", "body", "head", "base", "head_repo"], answer: create },
  "PATCH /{repo}/-/pulls/{number}": { ...WRITE, body: ["title", "body", "state"], answer: update },
  "PUT /{repo}/-/pulls/{number}/merge": {
    ...WRITE,
    body: ["merge_style", "commit_title", "commit_message"],
    answer: merge,
  },
  "GET /{repo}/-/pulls/{number}/files": { ...READ, answer: files },
  "GET /{repo}/-/pulls/{number}/commits": { ...READ, answer: commits },
};

/** There is no filter on the head. */
function list(ask: Ask): Reply {
  const { query, data } = ask;
  const repo = hereOf(ask);
  const state = query.get("state") ?? "open";
  if (!["open", "closed", "all"].includes(state)) throw invalid(`state is invalid: ${state}`);
  const among = (name: string, values: readonly string[]) => {
    const wanted = query.get(name)?.split(",");
    return wanted === undefined || wanted.some((one) => values.includes(one));
  };
  const base = query.get("base_ref")?.replace("refs/heads/", "");
  const found = data.pulls.filter(
    (pull) =>
      pull.repoId === repo.id &&
      (state === "all" || (pull.state === "open") === (state === "open")) &&
      (base === undefined || pull.base === base) &&
      among("authors", [pull.author]) &&
      among("reviewers", pull.reviewers) &&
      among("assignees", pull.assignees) &&
      hasLabels(query, pull),
  );
  return {
    status: 200,
    body: page(ask, order(found, query.get("order_by") ?? "-created_at"), (pull) => listedPullView(ask, pull)),
  };
}

function hasLabels(query: URLSearchParams, { labels }: CnbPull): boolean {
  const wanted = query.get("labels")?.split(",");
  if (wanted === undefined) return true;
  const operator = query.get("labels_operator") ?? "contains_any";
  if (operator === "contains_all") return wanted.every((one) => labels.includes(one));
  if (operator !== "contains_any") throw invalid(`labels_operator is invalid: ${operator}`);
  return wanted.some((one) => labels.includes(one));
}

function order(pulls: readonly CnbPull[], by: string): CnbPull[] {
  const key = by.replace("-", "");
  if (key !== "created_at" && key !== "updated_at") throw invalid(`order_by is invalid: ${by}`);
  const instant = (pull: CnbPull) => (key === "created_at" ? pull.createdAt : pull.updatedAt);
  const ascending = [...pulls].sort((a, b) => instant(a) - instant(b) || a.number - b.number);
  return by.startsWith("-") ? ascending.reverse() : ascending;
}

/** Several by number; one that is not there is left out. */
function batch(ask: Ask): Reply {
  const repo = hereOf(ask);
  const numbers = ask.query.getAll("n");
  const found = ask.data.pulls.filter((pull) => pull.repoId === repo.id && numbers.includes(String(pull.number)));
  return { status: 200, body: found.slice(0, ask.call.keep ?? found.length).map((pull) => listedPullView(ask, pull)) };
}

function create(ask: Ask): Reply {
  const { world, body, data } = ask;
  const repo = hereOf(ask);
  const title = requiredText(body, "title");
  const head = requiredText(body, "head").replace("refs/heads/", "");
  const base = requiredText(body, "base").replace("refs/heads/", "");
  if ((text(body, "head_repo") ?? repo.path) !== repo.path) throw invalid("head_repo is invalid");
  const git = world.git(repo);
  const headSha = git.head(head);
  const baseSha = git.head(base);
  if (headSha === undefined) throw invalid(`head branch not found: ${head}`);
  if (baseSha === undefined) throw invalid(`base branch not found: ${base}`);
  if (git.commitsBetween(baseSha, headSha).length === 0) throw invalid("no commits between base and head");
  const own = data.pulls.filter(({ repoId }) => repoId === repo.id);
  const isSecond = own.some((pull) => pull.state === "open" && pull.head === head && pull.base === base);
  if (isSecond && world.ways.refusesSecondPull) throw new Refusal(409, "pull request already exists");
  const pull: CnbPull = {
    ...{ id: world.nextId(), repoId: repo.id, number: Math.max(0, ...own.map(({ number }) => number)) + 1 },
    ...{ title, body: text(body, "body") ?? "", state: "open", author: ask.actor, head, base, headSha },
    ...{ baseShaAtMerge: null, mergedBy: null, mergeSha: null, merging: null, isBroken: false },
    ...{ labels: [], assignees: [], reviewers: [], createdAt: world.now, updatedAt: world.now },
  };
  data.pulls.push(pull);
  ask.call.effect = true;
  return { status: 201, body: pullView(ask, pull) };
}

/** The base is not among what this changes. */
function update(ask: Ask): Reply {
  const { body, world } = ask;
  const pull = pullOf(ask);
  const state = text(body, "state");
  const title = body.title === undefined ? pull.title : requiredText(body, "title");
  if (state !== undefined && state !== "open" && state !== "closed") throw invalid(`state is invalid: ${state}`);
  if (state !== undefined && pull.state === "merged") throw invalid("pull request is merged");
  const headSha = world.git(hereOf(ask)).head(pull.head);
  if (state === "open" && pull.state === "closed") {
    if (headSha === undefined) throw invalid(`head branch not found: ${pull.head}`);
    pull.headSha = headSha;
  }
  const changes = { title, body: text(body, "body") ?? pull.body, state: state ?? pull.state };
  Object.assign(pull, changes, { updatedAt: world.now });
  ask.call.effect = true;
  return { status: 200, body: pullView(ask, pull) };
}

/** Merges whatever head there is: no parameter says which one is meant. */
function merge(ask: Ask): Reply {
  const { body, world, actor } = ask;
  const pull = pullOf(ask);
  const repo = hereOf(ask);
  const style = readStyle(text(body, "merge_style") ?? "merge");
  const wish = {
    style,
    title: text(body, "commit_title") ?? null,
    message: text(body, "commit_message") ?? null,
    by: actor,
  };
  if (world.ways.mergeMs === 0) {
    const sha = carryOutMerge(ask, repo, pull, wish);
    return { status: 200, body: { merged: true, message: "merged", sha } };
  }
  checkMergeable(ask, repo, pull, style);
  pull.merging = { ...wish, until: world.now + world.ways.mergeMs };
  ask.call.effect = true;
  return { status: 200, body: { merged: false, message: "merging", sha: "" } };
}

function readStyle(value: string): MergeStyle {
  if (value !== "merge" && value !== "squash" && value !== "rebase") throw invalid(`merge_style is invalid: ${value}`);
  return value;
}

/** The two ends of what a pull request changes, as names that Git knows. */
export function rangeOf(repo: CnbRepo, pull: CnbPull, { world }: Pick<Ask, "world">): { base: string; head: string } {
  const base = pull.baseShaAtMerge ?? world.git(repo).head(pull.base) ?? pull.headSha;
  return { base: world.git(repo).mergeBase(base, pull.headSha) ?? base, head: pull.headSha };
}

/** Renamed files count as removed and added. */
function files(ask: Ask): Reply {
  const repo = hereOf(ask);
  const { base, head } = rangeOf(repo, pullOf(ask), ask);
  const git = ask.world.git(repo);
  const lines = (option: string) => git.git(["diff", "--no-renames", option, base, head]).split("\n").filter(Boolean);
  const names = { A: "add", D: "delete", M: "modify", T: "modify" };
  const status = new Map(lines("--name-status").map((line): [string, string] => [line.slice(2), line.slice(0, 1)]));
  const changed = lines("--numstat").map((line) => {
    const [added = "0", removed = "0", path = ""] = line.split("\t");
    const [additions, deletions] = [Number(added) || 0, Number(removed) || 0];
    const kind = Object.entries(names).find(([letter]) => letter === status.get(path))?.[1] ?? "modify";
    return { filename: path, status: kind, additions, deletions, path };
  });
  const view = ({ path, ...file }: (typeof changed)[number]) => {
    const text = git.git(["diff", "--no-renames", base, head, "--", path]);
    return { ...file, patch: text.slice(Math.max(0, text.indexOf("@@"))) };
  };
  return { status: 200, body: page(ask, changed, view) };
}

function commits(ask: Ask): Reply {
  const repo = hereOf(ask);
  const { base, head } = rangeOf(repo, pullOf(ask), ask);
  const shas = ask.world.git(repo).commitsBetween(base, head);
  return { status: 200, body: page(ask, shas, (sha) => commitView(ask, repo, sha)) };
}
