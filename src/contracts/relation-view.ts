import type { Issue } from "../model/issue.ts";
import type { WrittenLink } from "./relation-topic.ts";
import type { IssueRelation } from "./tracker.ts";

/** An issue with the links that stand on it, for trackers that keep every issue where they can see it. */
export interface LinkedIssue {
  readonly issue: Issue;
  readonly links: readonly WrittenLink[];
}

/** Every link of an issue, those that stand on it first. What another one is a duplicate of is `related` seen from there. */
export function relationsOf(issueId: string, all: readonly LinkedIssue[]): IssueRelation[] {
  const own = all.find(({ issue }) => issue.id === issueId);
  if (own === undefined) return [];
  const { identifier } = own.issue;
  const to = (kind: IssueRelation["kind"], name: string): IssueRelation => {
    const other = all.find(({ issue }) => issue.identifier === name)?.issue;
    return { kind, issueId: other?.id ?? name, identifier: name, state: other?.state ?? null };
  };
  const blockers = own.issue.blockedBy.map(({ id, identifier: name, state }) => {
    const known = name ?? id ?? "";
    return { kind: "blocked_by" as const, issueId: id ?? known, identifier: known, state };
  });
  const links = own.links.map((link) => to(link.kind, link.identifier));
  const others = all.filter((other) => other !== own);
  const blocked = others.filter(({ issue }) => issue.blockedBy.some(({ id }) => id === issueId));
  const linked = others.filter((other) => other.links.some((link) => link.identifier === identifier));
  const seen = new Set(links.map((link) => link.identifier));
  const back = linked.filter(({ issue }) => !seen.has(issue.identifier));
  return [
    ...blockers,
    ...blocked.map(({ issue }) => to("blocks", issue.identifier)),
    ...links,
    ...back.map(({ issue }) => to("related", issue.identifier)),
  ];
}
