import { secondsIsoOf } from "../shared/clock.ts";
import type { Json } from "../shared/json.ts";
import { permissionOfLogin } from "./identity.ts";
import type { GithubComment, GithubData, GithubIssue, GithubPull, GithubRepo } from "./state.ts";
import { issueById, nameOf, repoById, userNamed } from "./world.ts";

export const at = secondsIsoOf;
export const atOrNull = (time: number | null) => (time === null ? null : secondsIsoOf(time));

const API = "https://api.github.com";

export function userView(data: GithubData, login: string): Json {
  const user = userNamed(data, login);
  const { id, type } = user;
  const url = `${API}/users/${user.login}`;
  return {
    login: user.login,
    id,
    node_id: `U_${id}`,
    type,
    site_admin: false,
    url,
    html_url: `https://github.com/${user.login}`,
  };
}

export function repoView(data: GithubData, repo: GithubRepo): Json {
  const full = nameOf(repo);
  const { allow } = repo;
  return {
    id: repo.id,
    node_id: `R_${repo.id}`,
    name: repo.name,
    full_name: full,
    owner: userView(data, repo.owner),
    private: repo.private,
    visibility: repo.private ? "private" : "public",
    html_url: `https://github.com/${full}`,
    clone_url: `https://github.com/${full}.git`,
    url: `${API}/repos/${full}`,
    default_branch: repo.defaultBranch,
    allow_merge_commit: allow.merge,
    allow_squash_merge: allow.squash,
    allow_rebase_merge: allow.rebase,
    allow_auto_merge: allow.autoMerge,
    delete_branch_on_merge: repo.deleteBranchOnMerge,
    has_issues: true,
    archived: false,
    disabled: false,
    open_issues_count: data.issues.filter(({ repoId, state }) => repoId === repo.id && state === "open").length,
  };
}

export function labelView(repo: GithubRepo, name: string): Json {
  const label = repo.labels.find((known) => known.name === name) ?? { id: 0, name, color: "ededed", description: null };
  const url = `${API}/repos/${nameOf(repo)}/labels/${encodeURIComponent(name)}`;
  return { ...label, node_id: `LA_${label.id}`, default: false, url };
}

export function associationOf(repo: GithubRepo, login: string): string {
  if (login === repo.owner) return "OWNER";
  if (repo.collaborators.some((one) => one.login === login)) return "COLLABORATOR";
  return permissionOfLogin(repo, login) === "admin" ? "OWNER" : "NONE";
}

export function dependencyCounts(data: GithubData, issue: GithubIssue) {
  const isOpen = (id: number) => issueById(data, id).state === "open";
  const by = data.blockers.filter(({ issueId }) => issueId === issue.id);
  const of = data.blockers.filter(({ blockerId }) => blockerId === issue.id);
  return {
    blocked_by: by.filter(({ blockerId }) => isOpen(blockerId)).length,
    total_blocked_by: by.length,
    blocking: of.filter(({ issueId }) => isOpen(issueId)).length,
    total_blocking: of.length,
  };
}

export function subIssueCounts(data: GithubData, issue: GithubIssue) {
  const children = data.issues.filter(({ parentId }) => parentId === issue.id);
  const completed = children.filter(({ state }) => state === "closed").length;
  const total = children.length;
  return { total, completed, percent_completed: total === 0 ? 0 : Math.floor((completed / total) * 100) };
}

export function issueView(data: GithubData, issue: GithubIssue): Json {
  const repo = repoById(data, issue.repoId);
  const url = `${API}/repos/${nameOf(repo)}/issues/${issue.number}`;
  const page = `https://github.com/${nameOf(repo)}/${issue.isPull ? "pull" : "issues"}/${issue.number}`;
  const pull = data.pulls.find(({ id }) => id === issue.id);
  const pullUrl = url.replace("/issues/", "/pulls/");
  const links = { url: pullUrl, html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch` };
  return {
    id: issue.id,
    node_id: nodeIdOf(issue),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    user: userView(data, issue.author),
    labels: issue.labels.map((name) => labelView(repo, name)),
    assignee: issue.assignees[0] === undefined ? null : userView(data, issue.assignees[0]),
    assignees: issue.assignees.map((login) => userView(data, login)),
    milestone: null,
    locked: issue.locked,
    comments: data.comments.filter(({ issueId }) => issueId === issue.id).length,
    created_at: at(issue.createdAt),
    updated_at: at(issue.updatedAt),
    closed_at: atOrNull(issue.closedAt),
    author_association: associationOf(repo, issue.author),
    issue_dependencies_summary: dependencyCounts(data, issue),
    sub_issues_summary: subIssueCounts(data, issue),
    ...(pull && { draft: pull.draft, pull_request: { ...links, merged_at: atOrNull(pull.mergedAt) } }),
    url,
    html_url: page,
    repository_url: `${API}/repos/${nameOf(repo)}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    labels_url: `${url}/labels{/name}`,
  };
}

export function commentView(data: GithubData, comment: GithubComment): Json {
  const issue = issueById(data, comment.issueId);
  const repo = repoById(data, issue.repoId);
  const page = issueView(data, issue);
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    body: comment.body,
    user: userView(data, comment.author),
    created_at: at(comment.createdAt),
    updated_at: at(comment.updatedAt),
    author_association: associationOf(repo, comment.author),
    issue_url: page.url,
    url: `${API}/repos/${nameOf(repo)}/issues/comments/${comment.id}`,
    html_url: `${String(page.html_url)}#issuecomment-${comment.id}`,
    performed_via_github_app: null,
  };
}

export function nodeIdOf({ id, isPull }: GithubIssue): string {
  return `${isPull ? "PR" : "I"}_${id}`;
}

function branchRefView(data: GithubData, repo: GithubRepo, ref: string, sha: string): Json {
  return { label: `${repo.owner}:${ref}`, ref, sha, user: userView(data, repo.owner), repo: repoView(data, repo) };
}

/** A pull request as lists show it; without what has to be worked out. */
export function pullView(data: GithubData, issue: GithubIssue, pull: GithubPull, baseSha: string): Json {
  const repo = repoById(data, issue.repoId);
  const shared = issueView(data, issue);
  const url = String(shared.url).replace("/issues/", "/pulls/");
  const link = (href: string) => ({ href });
  const own = { comments_url: `${String(shared.url)}/comments`, commits_url: `${url}/commits`, issue_url: shared.url };
  const reviews = {
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url.replace(/\d+$/, "comments{/number}")}`,
  };
  const statuses = `${API}/repos/${nameOf(repo)}/statuses/${pull.headSha}`;
  const { pull_request: _, issue_dependencies_summary: _deps, sub_issues_summary: _subs, ...plain } = shared;
  const { auto } = { auto: pull.autoMerge };
  return {
    ...plain,
    ...own,
    ...reviews,
    url,
    statuses_url: statuses,
    draft: pull.draft,
    merged_at: atOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha,
    requested_reviewers: pull.requestedReviewers.map((login) => userView(data, login)),
    requested_teams: [],
    head: branchRefView(data, repo, pull.head, pull.headSha),
    base: branchRefView(data, repo, pull.base, baseSha),
    auto_merge: auto && {
      enabled_by: userView(data, auto.by),
      merge_method: auto.method,
      commit_title: auto.title ?? "",
      commit_message: auto.message ?? "",
    },
    _links: {
      self: link(url),
      html: link(String(shared.html_url)),
      issue: link(String(shared.url)),
      comments: link(own.comments_url),
      review_comments: link(reviews.review_comments_url),
      review_comment: link(reviews.review_comment_url),
      commits: link(own.commits_url),
      statuses: link(statuses),
    },
  };
}
