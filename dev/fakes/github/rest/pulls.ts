import type { Reply } from "../../shared/http.ts";
import type { Json } from "../../shared/json.ts";
import { closeIssue } from "../issue-changes.ts";
import { mergePull, replay } from "../merge.ts";
import { tell } from "../pull-events.ts";
import { invalidBecause, invalidField, notFound, Refusal } from "../refusal.ts";
import { mergeabilityOf, rulesOf } from "../requirements.ts";
import type { GithubIssue, GithubPull, GithubRepo, MergeMethod } from "../state.ts";
import { pullView, userView } from "../views.ts";
import { openPulls, pullOf } from "../world.ts";
import { type Ask, names, page, pullRequestOf, type Route, repoOf, text } from "./ask.ts";
import { commitView, fileViews } from "./commit-views.ts";

export const PULL_ROUTES: Record<string, Route> = {
  "GET /repos/{owner}/{repo}/pulls": (ask) => {
    const repo = repoOf(ask);
    return page(ask, select(ask, repo), (issue) => listView(ask, repo, issue, pullOf(ask.data, issue)));
  },
  "POST /repos/{owner}/{repo}/pulls": createPull,
  "GET /repos/{owner}/{repo}/pulls/{pull_number}": (ask) => {
    const repo = repoOf(ask);
    const { issue, pull } = pullRequestOf(ask, repo);
    if (/diff/.test(ask.call.request.headers.accept ?? "")) {
      const diff = ask.world.git(repo).git(["diff", `${baseShaOf(ask, repo, pull)}...${pull.headSha}`]);
      return {
        status: 200,
        body: Buffer.from(`${diff}\n`),
        headers: { "content-type": "application/vnd.github.diff; charset=utf-8" },
      };
    }
    return { status: 200, body: fullView(ask, repo, issue, pull) };
  },
  "PATCH /repos/{owner}/{repo}/pulls/{pull_number}": updatePull,
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits": (ask) => {
    const repo = repoOf(ask);
    const { pull } = pullRequestOf(ask, repo);
    const shas = ask.world.git(repo).commitsBetween(baseShaOf(ask, repo, pull), pull.headSha);
    return page(ask, shas, (sha) => commitView(ask, repo, sha));
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files": (ask) => {
    const repo = repoOf(ask);
    const { pull } = pullRequestOf(ask, repo);
    return page(ask, fileViews(ask, repo, baseShaOf(ask, repo, pull), pull.headSha), (file) => file);
  },
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/merge": (ask) => {
    const { pull } = pullRequestOf(ask, repoOf(ask));
    if (pull.mergedAt === null) throw notFound();
    return { status: 204 };
  },
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge": (ask) => {
    const repo = repoOf(ask, "write", "contents");
    const { issue, pull } = pullRequestOf(ask, repo);
    const { body } = ask;
    const sha = mergePull(ask, repo, issue, pull, {
      method: (text(body, "merge_method") ?? "merge") as MergeMethod,
      sha: text(body, "sha"),
      title: text(body, "commit_title"),
      message: text(body, "commit_message"),
    });
    return { status: 200, body: { sha, merged: true, message: "Pull Request successfully merged" } };
  },
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch": updateBranch,
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": (ask) => {
    const { pull } = pullRequestOf(ask, repoOf(ask));
    return {
      status: 200,
      body: { users: pull.requestedReviewers.map((login) => userView(ask.data, login)), teams: [] },
    };
  },
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": (ask) => {
    const repo = repoOf(ask, "write", "pull_requests");
    const { issue, pull } = pullRequestOf(ask, repo);
    const logins = names(ask.body.reviewers);
    if (logins.includes(issue.author)) throw new Refusal(422, "Review cannot be requested from pull request author.");
    const stranger = logins.find(
      (login) => login !== repo.owner && !repo.collaborators.some((one) => one.login === login),
    );
    if (stranger !== undefined)
      throw new Refusal(
        422,
        "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the acme/app repository.".replace(
          "acme/app",
          `${repo.owner}/${repo.name}`,
        ),
      );
    return reviewers(ask, repo, issue, pull, [...pull.requestedReviewers, ...logins], "review_requested", 201);
  },
  "DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": (ask) => {
    const repo = repoOf(ask, "write", "pull_requests");
    const { issue, pull } = pullRequestOf(ask, repo);
    const gone = names(ask.body.reviewers);
    const left = pull.requestedReviewers.filter((login) => !gone.includes(login));
    return reviewers(ask, repo, issue, pull, left, "review_request_removed", 200);
  },
};

function baseShaOf({ world }: Ask, repo: GithubRepo, pull: GithubPull): string {
  return pull.baseShaAtMerge ?? world.git(repo).head(pull.base) ?? "";
}

function listView(ask: Ask, repo: GithubRepo, issue: GithubIssue, pull: GithubPull): Json {
  return pullView(ask.data, issue, pull, baseShaOf(ask, repo, pull));
}

function fullView(ask: Ask, repo: GithubRepo, issue: GithubIssue, pull: GithubPull): Json {
  const { mergeable, state } = mergeabilityOf(ask, issue, pull);
  const base = baseShaOf(ask, repo, pull);
  const files = fileViews(ask, repo, base, pull.headSha);
  const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
  return {
    ...listView(ask, repo, issue, pull),
    merged: pull.mergedAt !== null,
    merged_by: pull.mergedBy === null ? null : userView(ask.data, pull.mergedBy),
    mergeable,
    mergeable_state: state,
    rebaseable: mergeable,
    comments: ask.data.comments.filter(({ issueId }) => issueId === issue.id).length,
    review_comments: ask.data.reviewComments.filter(({ pullId }) => pullId === pull.id).length,
    commits: ask.world.git(repo).commitsBetween(base, pull.headSha).length,
    additions: sum("additions"),
    deletions: sum("deletions"),
    changed_files: files.length,
    maintainer_can_modify: false,
  };
}

function select({ data, query }: Ask, repo: GithubRepo): GithubIssue[] {
  const state = query.get("state") ?? "open";
  const [owner, branch] = query.get("head")?.split(":") ?? [];
  const base = query.get("base");
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const sign = query.get("direction") === "asc" ? 1 : -1;
  return data.issues
    .filter((issue) => issue.repoId === repo.id && issue.isPull && (state === "all" || issue.state === state))
    .filter((issue) => {
      const pull = pullOf(data, issue);
      // GitHub reads no owner as no filter.
      const fromHead = branch === undefined || (owner === repo.owner && pull.head === branch);
      return fromHead && (base === null || pull.base === base);
    })
    .sort((a, b) => sign * (a[key] - b[key] || a.number - b.number));
}

function createPull(ask: Ask): Reply {
  const repo = repoOf(ask, "write", "pull_requests");
  const { world, data, body } = ask;
  const head = (text(body, "head") ?? "").replace(`${repo.owner}:`, "");
  const base = text(body, "base") ?? "";
  const git = world.git(repo);
  const headSha = git.head(head);
  const baseSha = git.head(base);
  if (headSha === undefined) throw invalidField("PullRequest", "head", "invalid");
  if (baseSha === undefined) throw invalidField("PullRequest", "base", "invalid");
  if (openPulls(data, repo).some(({ pull }) => pull.head === head && pull.base === base)) {
    throw invalidBecause("PullRequest", `A pull request already exists for ${repo.owner}:${head}.`);
  }
  if (git.commitsBetween(baseSha, headSha).length === 0)
    throw invalidBecause("PullRequest", `No commits between ${base} and ${head}`);
  const title = text(body, "title") ?? "";
  if (title === "") throw invalidField("PullRequest", "title", "missing_field");
  const { now } = world;
  const numbers = data.issues.filter(({ repoId }) => repoId === repo.id).map(({ number }) => number);
  const issue: GithubIssue = {
    ...{
      id: world.nextId(),
      repoId: repo.id,
      number: Math.max(0, ...numbers) + 1,
      title,
      body: text(body, "body") ?? null,
    },
    ...{
      state: "open",
      stateReason: null,
      author: ask.actor,
      labels: [],
      assignees: [],
      locked: false,
      parentId: null,
    },
    ...{ createdAt: now, updatedAt: now, closedAt: null, isPull: true },
  };
  const pull: GithubPull = {
    ...{ id: issue.id, head, base, headSha, draft: body.draft === true, mergedAt: null, mergedBy: null },
    ...{ mergeCommitSha: null, baseShaAtMerge: null, requestedReviewers: [], autoMerge: null, queuedAt: null },
  };
  data.issues.push(issue);
  data.pulls.push(pull);
  tell(ask, repo, issue, pull, "opened");
  return { status: 201, body: fullView(ask, repo, issue, pull) };
}

/** `draft` is not among what this route changes: only GraphQL does. */
function updatePull(ask: Ask): Reply {
  const repo = repoOf(ask, "write", "pull_requests");
  const { issue, pull } = pullRequestOf(ask, repo);
  const { body } = ask;
  const base = text(body, "base");
  if (base !== undefined && ask.world.git(repo).head(base) === undefined)
    throw invalidField("PullRequest", "base", "invalid");
  if (body.title !== undefined) issue.title = String(body.title);
  if (body.body !== undefined) issue.body = text(body, "body") ?? null;
  if (base !== undefined) pull.base = base;
  issue.updatedAt = ask.world.now;
  if (body.state === "closed") {
    closeIssue(ask, repo, issue, null);
    tell(ask, repo, issue, pull, "closed");
  } else if (body.state === "open" && issue.state === "closed") {
    if (pull.mergedAt !== null) throw invalidField("PullRequest", "state", "invalid");
    const headSha = ask.world.git(repo).head(pull.head);
    if (headSha === undefined)
      throw invalidBecause("PullRequest", "state cannot be changed. The head branch was deleted.");
    Object.assign(issue, { state: "open", closedAt: null });
    pull.headSha = headSha;
    tell(ask, repo, issue, pull, "reopened");
  } else tell(ask, repo, issue, pull, "edited");
  return { status: 200, body: fullView(ask, repo, issue, pull) };
}

function updateBranch(ask: Ask): Reply {
  const repo = repoOf(ask, "write", "contents");
  const { issue, pull } = pullRequestOf(ask, repo);
  const expected = text(ask.body, "expected_head_sha");
  if (expected !== undefined && expected !== pull.headSha) {
    throw new Refusal(422, "expected head sha didn’t match current head ref.");
  }
  bringUpToDate(ask, repo, issue, pull, "merge");
  return {
    status: 202,
    body: { message: "Updating pull request branch.", url: String(listView(ask, repo, issue, pull).url) },
  };
}

/** Puts the base into the head, by a merge or by replaying the head's commits. */
export function bringUpToDate(
  ask: Omit<Ask, "params" | "query" | "body" | "who">,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  method: "merge" | "rebase",
): void {
  const git = ask.world.git(repo);
  const base = git.head(pull.base) ?? "";
  if (git.isAncestor(base, pull.headSha)) throw new Refusal(422, "There are no new commits on the base branch.");
  const by = { name: ask.actor, email: `${ask.actor}@users.noreply.github.com`, at: Math.floor(ask.world.now / 1000) };
  const tree = git.mergeTree(pull.headSha, base);
  const message = `Merge branch '${pull.base}' into ${pull.head}`;
  const merged = tree && git.commitTree(tree, [pull.headSha, base], message, by);
  const sha = method === "rebase" ? replay(ask, repo, pull, base) : merged;
  if (sha === undefined) throw new Refusal(422, "merge conflict between base and head");
  if (!git.moveRef(`refs/heads/${pull.head}`, sha, pull.headSha))
    throw new Refusal(422, "expected head sha didn’t match current head ref.");
  pull.headSha = sha;
  issue.updatedAt = ask.world.now;
  tell(ask, repo, issue, pull, "synchronize");
}

function reviewers(
  ask: Ask,
  repo: GithubRepo,
  issue: GithubIssue,
  pull: GithubPull,
  logins: readonly string[],
  action: string,
  status: number,
): Reply {
  pull.requestedReviewers = [...new Set(logins)];
  issue.updatedAt = ask.world.now;
  tell(ask, repo, issue, pull, action);
  return { status, body: listView(ask, repo, issue, pull) };
}

/** Whether the base takes merges only through its queue. */
export function hasQueue(repo: GithubRepo, branch: string): boolean {
  return rulesOf(repo, branch).some((rule) => rule.mergeQueue);
}
