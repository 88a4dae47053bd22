import type { GithubIssue, GithubRepo } from "./state.ts";
import { issueView, labelView } from "./views.ts";
import { changed } from "./webhooks.ts";
import type { Doing } from "./world.ts";

/** An entry of the issue's timeline. */
export function addEvent(
  { world, actor }: Doing,
  issue: GithubIssue,
  event: string,
  more: { label?: string; otherId?: number } = {},
): void {
  world.data.events.push({ id: world.nextId(), issueId: issue.id, event, actor, at: world.now, ...more });
}

/** A label that nobody made yet comes into being when it is used. */
export function ensureLabel({ world }: Doing, repo: GithubRepo, name: string): void {
  if (repo.labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) return;
  repo.labels.push({ id: world.nextId(), name, color: "ededed", description: null });
}

export function setLabels(doing: Doing, repo: GithubRepo, issue: GithubIssue, labels: readonly string[]): void {
  const wanted = [...new Set(labels)];
  const added = wanted.filter((name) => !issue.labels.includes(name));
  const removed = issue.labels.filter((name) => !wanted.includes(name));
  for (const name of added) ensureLabel(doing, repo, name);
  if (added.length + removed.length === 0) return;
  issue.labels = wanted;
  issue.updatedAt = doing.world.now;
  for (const [names, event] of [
    [added, "labeled"],
    [removed, "unlabeled"],
  ] as const) {
    for (const name of names) {
      addEvent(doing, issue, event, { label: name });
      const content = { issue: issueView(doing.world.data, issue), label: labelView(repo, name) };
      changed(doing, repo, `${issue.isPull ? "pull_request" : "issues"}.${event}`, content);
    }
  }
}

export function closeIssue(
  doing: Doing,
  repo: GithubRepo,
  issue: GithubIssue,
  reason: GithubIssue["stateReason"],
): void {
  if (issue.state === "closed") return;
  const { now } = doing.world;
  Object.assign(issue, { state: "closed", stateReason: issue.isPull ? null : reason, closedAt: now, updatedAt: now });
  addEvent(doing, issue, "closed");
  if (!issue.isPull) changed(doing, repo, "issues.closed", { issue: issueView(doing.world.data, issue) });
}
