import type { Json } from "../../shared/json.ts";
import { addEvent, closeIssue, ensureLabel, setLabels } from "../issue-changes.ts";
import { invalidField, notFound, Refusal } from "../refusal.ts";
import type { GithubComment, GithubData, GithubIssue, GithubRepo } from "../state.ts";
import { at, commentView, issueView, labelView, userView } from "../views.ts";
import { changed } from "../webhooks.ts";
import { orThrow } from "../world.ts";
import { type Ask, issueOf, names, page, type Route, repoOf, text } from "./ask.ts";

export const ISSUE_ROUTES: Record<string, Route> = {
  "GET /repos/{owner}/{repo}/issues": (ask) => {
    const repo = repoOf(ask);
    return page(ask, select(ask, repo), (issue) => issueView(ask.data, issue));
  },
  "POST /repos/{owner}/{repo}/issues": createIssue,
  "GET /repos/{owner}/{repo}/issues/{issue_number}": (ask) => show(ask, issueOf(ask, repoOf(ask))),
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}": updateIssue,
  "POST /repos/{owner}/{repo}/issues/{issue_number}/labels": (ask) => {
    const repo = repoOf(ask, "triage", "issues");
    const issue = issueOf(ask, repo);
    setLabels(ask, repo, issue, [...issue.labels, ...names(ask.body.labels)]);
    return { status: 200, body: issue.labels.map((name) => labelView(repo, name)) };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/labels": (ask) => {
    const repo = repoOf(ask);
    return page(ask, issueOf(ask, repo).labels, (name) => labelView(repo, name));
  },
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": (ask) => {
    const repo = repoOf(ask, "triage", "issues");
    const issue = issueOf(ask, repo);
    if (!issue.labels.includes(ask.params.name ?? "")) throw new Refusal(404, "Label does not exist");
    setLabels(
      ask,
      repo,
      issue,
      issue.labels.filter((name) => name !== ask.params.name),
    );
    return { status: 200, body: issue.labels.map((name) => labelView(repo, name)) };
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/assignees": (ask) => {
    const repo = repoOf(ask, "write", "issues");
    const issue = issueOf(ask, repo);
    // A login that cannot be assigned is left out without a word.
    const known = names(ask.body.assignees).filter((login) => ask.data.users.some((user) => user.login === login));
    return { status: 201, body: assign(ask, repo, issue, [...issue.assignees, ...known]) };
  },
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees": (ask) => {
    const repo = repoOf(ask, "write", "issues");
    const issue = issueOf(ask, repo);
    const gone = names(ask.body.assignees);
    return {
      status: 200,
      body: assign(
        ask,
        repo,
        issue,
        issue.assignees.filter((login) => !gone.includes(login)),
      ),
    };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": (ask) => {
    const issue = issueOf(ask, repoOf(ask));
    const since = Date.parse(ask.query.get("since") ?? "1970-01-01");
    const list = ask.data.comments.filter(({ issueId, updatedAt }) => issueId === issue.id && updatedAt >= since);
    return page(ask, list, (comment) => commentView(ask.data, comment));
  },
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": (ask) => {
    const repo = repoOf(ask, "read", "issues");
    if (ask.who.kind === "nobody") throw new Refusal(401, "Requires authentication");
    const issue = issueOf(ask, repo);
    const now = ask.world.now;
    const body = text(ask.body, "body") ?? "";
    if (body === "") throw invalidField("IssueComment", "body", "missing_field");
    const comment: GithubComment = {
      id: ask.world.nextId(),
      issueId: issue.id,
      author: ask.actor,
      body,
      createdAt: now,
      updatedAt: now,
    };
    ask.data.comments.push(comment);
    issue.updatedAt = now;
    return { status: 201, body: tell(ask, repo, comment, "created") };
  },
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": (ask) => {
    repoOf(ask);
    return { status: 200, body: commentView(ask.data, commentOf(ask)) };
  },
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": (ask) => {
    const repo = repoOf(ask, "read", "issues");
    const comment = commentOf(ask);
    if (comment.author !== ask.actor) repoOf(ask, "write", "issues");
    Object.assign(comment, { body: text(ask.body, "body") ?? comment.body, updatedAt: ask.world.now });
    return { status: 200, body: tell(ask, repo, comment, "edited") };
  },
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}": (ask) => {
    const repo = repoOf(ask, "write", "issues");
    const comment = commentOf(ask);
    tell(ask, repo, comment, "deleted");
    ask.data.comments.splice(ask.data.comments.indexOf(comment), 1);
    return { status: 204 };
  },
  "GET /repos/{owner}/{repo}/issues/{issue_number}/timeline": (ask) => {
    const repo = repoOf(ask);
    return page(ask, timelineOf(ask.data, repo, issueOf(ask, repo)), (entry) => entry);
  },
};

function show(ask: Ask, issue: GithubIssue) {
  return { status: 200, body: issueView(ask.data, issue) };
}

function select({ data, query }: Ask, repo: GithubRepo): GithubIssue[] {
  const state = query.get("state") ?? "open";
  const labels = (query.get("labels") ?? "").split(",").filter(Boolean);
  const since = Date.parse(query.get("since") ?? "1970-01-01");
  const assignee = query.get("assignee");
  const creator = query.get("creator");
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const sign = query.get("direction") === "asc" ? 1 : -1;
  return data.issues
    .filter((issue) => issue.repoId === repo.id && (state === "all" || issue.state === state))
    .filter((issue) => labels.every((label) => issue.labels.includes(label)) && issue.updatedAt >= since)
    .filter((issue) => assignee === null || matchesAssignee(issue, assignee))
    .filter((issue) => creator === null || issue.author === creator)
    .sort((a, b) => sign * (a[key] - b[key] || a.number - b.number));
}

function matchesAssignee({ assignees }: GithubIssue, wanted: string): boolean {
  if (wanted === "none") return assignees.length === 0;
  return wanted === "*" ? assignees.length > 0 : assignees.includes(wanted);
}

function createIssue(ask: Ask) {
  const repo = repoOf(ask, "read", "issues");
  if (ask.who.kind === "nobody") throw new Refusal(401, "Requires authentication");
  const title = ask.body.title;
  if (title === undefined || title === "") throw invalidField("Issue", "title", "missing_field");
  const now = ask.world.now;
  const numbers = ask.data.issues.filter(({ repoId }) => repoId === repo.id).map(({ number }) => number);
  const issue: GithubIssue = {
    ...{ id: ask.world.nextId(), repoId: repo.id, number: Math.max(0, ...numbers) + 1, title: String(title) },
    ...{ body: text(ask.body, "body") ?? null, state: "open", stateReason: null, author: ask.actor, labels: [] },
    ...{ assignees: names(ask.body.assignees), locked: false, parentId: null, createdAt: now, updatedAt: now },
    ...{ closedAt: null, isPull: false },
  };
  for (const name of names(ask.body.labels)) {
    ensureLabel(ask, repo, name);
    issue.labels.push(name);
  }
  ask.data.issues.push(issue);
  const body = issueView(ask.data, issue);
  changed(ask, repo, "issues.opened", { issue: body });
  return { status: 201, body };
}

function updateIssue(ask: Ask) {
  const repo = repoOf(ask, "triage", "issues");
  const issue = issueOf(ask, repo);
  const { body } = ask;
  if (body.title !== undefined) issue.title = String(body.title);
  if (body.body !== undefined) issue.body = text(body, "body") ?? null;
  if (body.labels !== undefined) setLabels(ask, repo, issue, names(body.labels));
  if (body.assignees !== undefined) issue.assignees = names(body.assignees);
  issue.updatedAt = ask.world.now;
  const reason = text(body, "state_reason") as GithubIssue["stateReason"] | undefined;
  if (body.state === "closed") closeIssue(ask, repo, issue, reason ?? "completed");
  else if (body.state === "open" && issue.state === "closed") {
    Object.assign(issue, { state: "open", stateReason: "reopened", closedAt: null });
    addEvent(ask, issue, "reopened");
    changed(ask, repo, issue.isPull ? "pull_request.reopened" : "issues.reopened", {
      issue: issueView(ask.data, issue),
    });
  } else changed(ask, repo, "issues.edited", { issue: issueView(ask.data, issue) });
  return show(ask, issue);
}

function assign(ask: Ask, repo: GithubRepo, issue: GithubIssue, logins: readonly string[]): Json {
  issue.assignees = [...new Set(logins)];
  issue.updatedAt = ask.world.now;
  const body = issueView(ask.data, issue);
  changed(ask, repo, "issues.assigned", { issue: body });
  return body;
}

function commentOf({ data, params }: Ask): GithubComment {
  return orThrow(data.comments.find(({ id }) => id === Number(params.comment_id)));
}

function tell(ask: Ask, repo: GithubRepo, comment: GithubComment, action: string): Json {
  const body = commentView(ask.data, comment);
  const issue = ask.data.issues.find(({ id }) => id === comment.issueId);
  if (issue === undefined) throw notFound();
  changed(ask, repo, `issue_comment.${action}`, { issue: issueView(ask.data, issue), comment: body });
  return body;
}

/** Comments and events in the order in which they happened. */
function timelineOf(data: GithubData, repo: GithubRepo, issue: GithubIssue): Json[] {
  const comments = data.comments.filter(({ issueId }) => issueId === issue.id);
  const entries = [
    ...comments.map((one) => ({
      at: one.createdAt,
      entry: { event: "commented", actor: null, ...commentView(data, one) },
    })),
    ...data.events
      .filter(({ issueId }) => issueId === issue.id)
      .map((one) => ({ at: one.at, entry: describe(data, repo, one) })),
  ];
  return entries.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
}

function describe(data: GithubData, repo: GithubRepo, event: GithubData["events"][number]): Json {
  const { id, label, otherId } = event;
  const labelled = label === undefined ? {} : { label: { name: label, color: String(labelView(repo, label).color) } };
  const other = data.issues.find((issue) => issue.id === otherId);
  const key = event.event.startsWith("sub_issue")
    ? "sub_issue"
    : event.event.startsWith("parent")
      ? "parent_issue"
      : "issue";
  return {
    id,
    node_id: `EV_${id}`,
    event: event.event,
    actor: userView(data, event.actor),
    url: `https://api.github.com/repos/${repo.owner}/${repo.name}/issues/events/${id}`,
    commit_id: null,
    commit_url: null,
    created_at: at(event.at),
    performed_via_github_app: null,
    ...labelled,
    ...(other && { [key]: { number: other.number, id: other.id } }),
  };
}
