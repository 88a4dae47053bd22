import type { Reply } from "../../shared/http.ts";
import { addEvent } from "../issue-changes.ts";
import { invalidBecause, notFound } from "../refusal.ts";
import type { GithubIssue, GithubRepo } from "../state.ts";
import { issueView } from "../views.ts";
import { changed } from "../webhooks.ts";
import { type Doing, issueById } from "../world.ts";
import { type Ask, issueOf, page, type Route, repoOf } from "./ask.ts";

/** Blocked-by dependencies and sub-issues, by database id. */
export const RELATION_ROUTES: Record<string, Route> = {
  "GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by": (ask) => {
    const issue = issueOf(ask, repoOf(ask));
    const ids = ask.data.blockers.filter(({ issueId }) => issueId === issue.id).map(({ blockerId }) => blockerId);
    return list(ask, ids);
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by": (ask) => {
    const repo = repoOf(ask, "triage", "issues");
    const issue = issueOf(ask, repo);
    const blocker = issueById(ask.data, Number(ask.body.issue_id));
    addBlocker(ask, repo, issue, blocker);
    return { status: 201, body: issueView(ask.data, issue) };
  },
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by/{issue_id}": (ask) => {
    const repo = repoOf(ask, "triage", "issues");
    const issue = issueOf(ask, repo);
    const index = ask.data.blockers.findIndex(
      ({ issueId, blockerId }) => issueId === issue.id && blockerId === Number(ask.params.issue_id),
    );
    if (index === -1) throw notFound();
    ask.data.blockers.splice(index, 1);
    issue.updatedAt = ask.world.now;
    addEvent(ask, issue, "blocked_by_removed", { otherId: Number(ask.params.issue_id) });
    changed(ask, repo, "issue_dependencies.blocked_by_removed", { blocked_issue: issueView(ask.data, issue) });
    return { status: 200, body: issueView(ask.data, issue) };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocking": (ask) => {
    const issue = issueOf(ask, repoOf(ask));
    const ids = ask.data.blockers.filter(({ blockerId }) => blockerId === issue.id).map(({ issueId }) => issueId);
    return list(ask, ids);
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues": (ask) => {
    const issue = issueOf(ask, repoOf(ask));
    const ids = ask.data.issues.filter(({ parentId }) => parentId === issue.id).map(({ id }) => id);
    return list(ask, ids);
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues": (ask) => {
    const repo = repoOf(ask, "triage", "issues");
    const issue = issueOf(ask, repo);
    const child = issueById(ask.data, Number(ask.body.sub_issue_id));
    addSubIssue(ask, repo, issue, child, ask.body.replace_parent === true);
    return { status: 201, body: issueView(ask.data, issue) };
  },
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/sub_issue": (ask) => {
    const repo = repoOf(ask, "triage", "issues");
    const issue = issueOf(ask, repo);
    const child = ask.data.issues.find(
      ({ id, parentId }) => id === Number(ask.body.sub_issue_id) && parentId === issue.id,
    );
    if (child === undefined) throw notFound();
    child.parentId = null;
    addEvent(ask, issue, "sub_issue_removed", { otherId: child.id });
    addEvent(ask, child, "parent_issue_removed", { otherId: issue.id });
    changed(ask, repo, "sub_issues.sub_issue_removed", { sub_issue: issueView(ask.data, child) });
    return { status: 200, body: issueView(ask.data, issue) };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/parent": (ask) => {
    const { parentId } = issueOf(ask, repoOf(ask));
    if (parentId === null) throw notFound();
    return { status: 200, body: issueView(ask.data, issueById(ask.data, parentId)) };
  },
};

export function addBlocker(doing: Doing, repo: GithubRepo, issue: GithubIssue, blocker: GithubIssue): void {
  const { data } = doing.world;
  if (issue.id === blocker.id) throw invalidBecause("IssueDependency", "An issue cannot be blocked by itself");
  const isThere = data.blockers.some(({ issueId, blockerId }) => issueId === issue.id && blockerId === blocker.id);
  if (isThere) throw invalidBecause("IssueDependency", "Target issue has already been taken");
  data.blockers.push({ issueId: issue.id, blockerId: blocker.id });
  issue.updatedAt = doing.world.now;
  addEvent(doing, issue, "blocked_by_added", { otherId: blocker.id });
  addEvent(doing, blocker, "blocking_added", { otherId: issue.id });
  const content = { blocked_issue: issueView(data, issue), blocking_issue: issueView(data, blocker) };
  changed(doing, repo, "issue_dependencies.blocked_by_added", content);
}

export function addSubIssue(
  doing: Doing,
  repo: GithubRepo,
  parent: GithubIssue,
  child: GithubIssue,
  replaces: boolean,
): void {
  if (child.parentId !== null && !replaces) {
    throw invalidBecause(
      "SubIssue",
      "An error occurred while adding the sub-issue to the parent issue. Issue may not contain duplicate sub-issues and Sub issue may only have one parent",
    );
  }
  child.parentId = parent.id;
  child.updatedAt = doing.world.now;
  addEvent(doing, parent, "sub_issue_added", { otherId: child.id });
  addEvent(doing, child, "parent_issue_added", { otherId: parent.id });
  const { data } = doing.world;
  changed(doing, repo, "sub_issues.sub_issue_added", {
    parent_issue: issueView(data, parent),
    sub_issue: issueView(data, child),
  });
}

function list(ask: Ask, ids: readonly number[]): Reply {
  return page(
    ask,
    ids.map((id) => issueById(ask.data, id)),
    (issue) => issueView(ask.data, issue),
  );
}
