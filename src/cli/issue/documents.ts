import type { Issue, IssueComment } from "../../model/issue.ts";

/** An issue as `--json` shows it. Instants are ISO 8601 in UTC. */
export function issueDocument(issue: Issue) {
  return {
    id: issue.id,
    identifier: issue.identifier,
    title: issue.title,
    description: issue.description,
    state: issue.state,
    priority: issue.priority,
    labels: issue.labels,
    blocked_by: issue.blockedBy,
    assignee_id: issue.assigneeId,
    branch_name: issue.branchName,
    url: issue.url,
    dispatchable: issue.dispatchable,
    created_at: instantText(issue.createdAt),
    updated_at: instantText(issue.updatedAt),
  };
}

/** A comment as `--json` shows it. */
export function commentDocument({ id, author, body, at, topic }: IssueComment) {
  return { id, author, body, at: instantText(at), topic };
}

/** Epoch milliseconds as ISO 8601; `null` stays `null`. */
export function instantText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
