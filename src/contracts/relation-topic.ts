import type { IssueRelation } from "./tracker.ts";

/** A link that the host writes. */
export interface WrittenLink {
  readonly kind: Extract<IssueRelation["kind"], "duplicate_of" | "related">;
  readonly identifier: string;
}

const TOPIC = /^link (duplicate_of|related) (\S+)$/;
const WORDS = { duplicate_of: "Duplicate of", related: "Related to" } as const;

/** The topic of the comment that says a link, for trackers that have no such link of their own. */
export function linkTopic({ kind, identifier }: WrittenLink): string {
  return `link ${kind} ${identifier}`;
}

/** What that comment tells people; `name` is how the tracker's texts name the other issue. */
export function linkText(kind: WrittenLink["kind"], name: string): string {
  return `${WORDS[kind]} ${name}`;
}

/** The link that a comment of our own says; `undefined` for any other topic. */
export function readLinkTopic(topic: string | null): WrittenLink | undefined {
  const [, kind, identifier] = TOPIC.exec(topic ?? "") ?? [];
  if (identifier === undefined) return undefined;
  return { kind: kind === "duplicate_of" ? kind : "related", identifier };
}
