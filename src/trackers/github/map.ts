import { loginOf, trustOf } from "../../github/index.ts";
import { type Blocker, type Issue, type IssueComment, normaliseLabels, parseInstant } from "../../model/issue.ts";
import { readClaim, readMark } from "./marks.ts";
import type { GithubTrackerSettings } from "./options.ts";
import type { RestComment, RestIssue } from "./schema.ts";
import { stateLabels, stateOf } from "./states.ts";

/** What issues are read with. */
export interface IssueView {
  readonly settings: GithubTrackerSettings;
  /** `owner/name`. */
  readonly repository: string;
  /** Who `assignee: me` is. */
  readonly self: string | null;
}

/** The topic of a claim's comment. */
export const CLAIM_TOPIC = "claim";

const PRIORITIES: Readonly<Record<string, number>> = { urgent: 1, critical: 1, high: 2, medium: 3, normal: 3, low: 4 };

/** An issue of the repository as Maestro sees it. */
export function toIssue(issue: RestIssue, blockers: readonly RestIssue[], view: IssueView): Issue {
  const { settings, repository } = view;
  const names = labelsOf(issue);
  const hidden = new Set([
    ...stateLabels(settings.states, names),
    ...names.filter((name) => isPriority(settings, name)),
  ]);
  const { number, node_id } = issue;
  return {
    id: String(number),
    nativeRef: { repository, number, node_id },
    identifier: `${repository}#${number}`,
    title: issue.title.trim(),
    description: issue.body == null || issue.body === "" ? null : issue.body,
    priority: priorityOf(settings, names),
    state: stateNow(issue, settings),
    branchName: null,
    url: issue.html_url,
    assigneeId: issue.assignees?.[0]?.login ?? null,
    labels: normaliseLabels(names.filter((name) => !hidden.has(name))),
    blockedBy: blockers.map((blocker) => toBlocker(blocker, view)),
    dispatchable: isOurs(issue, view),
    ...authorOf(issue, view),
    createdAt: parseInstant(issue.created_at),
    updatedAt: parseInstant(issue.updated_at),
  };
}

/** Everybody may open an issue in a public repository, so it is said who did; a deleted account is nobody's. */
function authorOf({ user, author_association: association }: RestIssue, { self }: IssueView) {
  if (user === undefined || association === undefined) return {};
  const actor = user === null ? null : { login: user.login, kind: user.type };
  return { author: user?.login ?? null, authorTrust: trustOf(actor, association, self ?? "") };
}

/** The names of an issue's labels as they are written. */
export function labelsOf({ labels }: RestIssue): string[] {
  return labels.map((label) => (typeof label === "string" ? label : label.name));
}

/** The state of an issue. */
export function stateNow(issue: RestIssue, { states }: GithubTrackerSettings): string {
  return stateOf(states, { isOpen: issue.state === "open", labels: labelsOf(issue) });
}

/** Whether a label tells the priority. */
export function isPriority({ priorityPrefix }: GithubTrackerSettings, label: string): boolean {
  return label.toLowerCase().startsWith(priorityPrefix.toLowerCase());
}

/** The label of a priority. */
export function priorityLabel({ priorityPrefix }: GithubTrackerSettings, priority: number): string {
  return `${priorityPrefix}${priority}`;
}

/** A comment. Its mark counts when the credential itself wrote it. */
export function toComment(comment: RestComment, self: string): IssueComment {
  const actor = comment.user === null ? null : { login: comment.user.login, kind: comment.user.type };
  const trust = trustOf(actor, comment.author_association, self);
  const text = comment.body ?? "";
  const said = { id: String(comment.id), at: parseInstant(comment.created_at) ?? 0, trust };
  if (trust !== "self") return { ...said, author: loginOf(actor), body: text, topic: null };
  const { body, topic, author } = readMark(text);
  const isClaim = readClaim(text) !== undefined;
  return { ...said, author: author ?? loginOf(actor), body, topic: isClaim ? CLAIM_TOPIC : topic };
}

function toBlocker(blocker: RestIssue, { settings, repository }: IssueView): Blocker {
  const where = /\/repos\/([^/]+\/[^/]+)$/.exec(blocker.repository_url)?.[1] ?? repository;
  const isHere = where.toLowerCase() === repository.toLowerCase();
  const identifier = `${isHere ? repository : where}#${blocker.number}`;
  return { id: isHere ? String(blocker.number) : null, identifier, state: stateNow(blocker, settings) };
}

/** The most urgent of the labels that tell a priority. */
function priorityOf(settings: GithubTrackerSettings, names: readonly string[]): number | null {
  const told = names
    .filter((name) => isPriority(settings, name))
    .flatMap((name) => {
      const word = name
        .slice(settings.priorityPrefix.length)
        .trim()
        .toLowerCase()
        .replace(/^p(?=\d)/, "");
      return /^\d{1,3}$/.test(word) ? Number(word) : (PRIORITIES[word] ?? []);
    });
  return told.length === 0 ? null : Math.min(...told);
}

function isOurs({ assignees }: RestIssue, { settings, self }: IssueView): boolean {
  if (settings.assignee === null) return true;
  const wanted = settings.assignee === "me" ? self : settings.assignee;
  return (assignees ?? []).some(({ login }) => login.toLowerCase() === wanted?.toLowerCase());
}
