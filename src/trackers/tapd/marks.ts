import { escapeHtml, toHtml } from "./html.ts";
import { toMarkdown } from "./markdown.ts";

// What Maestro's own comments and descriptions say in their last line. It is inline code that people see: hidden marks (HTML comments,
// attributes) may not outlive TAPD's editor. A mark counts only in a comment by the author that we write as.

/** What the mark of a comment says. */
export interface CommentMark {
  readonly topic: string | null;
  readonly author: string | null;
}

/** A claim as its comment says it. One that was given up has ended at 0. */
export interface ClaimMark {
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const MARK = /(?:^|\n+)`maestro(?: topic=([^ `]*))?(?: author=([^ `]*))?`\s*$/;
const CLAIM = /`maestro claim owner=([^ `]*) until=(\d+)`\s*$/;

/** A comment's HTML. Somebody's own words begin with their name, because all of them stand under the account's. */
export function commentHtml(body: string, { topic, author }: CommentMark): string {
  const facts = [...fact("topic", topic), ...fact("author", author)];
  const name = topic === null && author !== null ? `<p>${escapeHtml(above(author))}</p>` : "";
  return `${name}${toHtml(body)}${markHtml(["maestro", ...facts])}`;
}

/** A comment's text without its mark, and what the mark said. */
export function readComment(html: string): CommentMark & { readonly body: string } {
  const text = toMarkdown(html);
  const found = MARK.exec(text);
  if (found === null) return { body: text, topic: null, author: null };
  const [topic, author] = [decode(found[1]), decode(found[2])];
  const shown = text.slice(0, found.index);
  const name = topic === null && author !== null ? above(author).replace(/\s+/g, " ").trim() : "";
  const isNamed = name !== "" && shown.startsWith(name);
  return { body: isNamed ? shown.slice(name.length).replace(/^\n\n/, "") : shown, topic, author };
}

/** A claim for people and for other Maestros. */
export function claimHtml({ owner, expiresAt }: ClaimMark): string {
  const until = new Date(expiresAt).toISOString();
  const said =
    expiresAt === 0 ? `Maestro (${owner}) does not work on this.` : `Maestro (${owner}) works on this until ${until}.`;
  return `<p>${escapeHtml(said)}</p>${markHtml(["maestro", "claim", ...fact("owner", owner), `until=${expiresAt}`])}`;
}

/** The claim in a comment; `undefined` when there is none. */
export function readClaim(html: string): ClaimMark | undefined {
  // Most comments are none, and turning them into Markdown takes time.
  if (!html.includes("maestro claim")) return undefined;
  const [, owner, until] = CLAIM.exec(toMarkdown(html)) ?? [];
  const name = decode(owner);
  return name === null ? undefined : { owner: name, expiresAt: Number(until) };
}

/** The end of a description of what follows from another item, once per key. */
export function followUpHtml(issueId: string, key: string): string {
  return markHtml(["maestro", "follow-up", ...fact("of", issueId), ...fact("key", key)]);
}

/** Whether a description ends so. */
export function isFollowUp(html: string, issueId: string, key: string): boolean {
  return html.includes("maestro follow-up") && toMarkdown(html).endsWith(toMarkdown(followUpHtml(issueId, key)));
}

/** A description as an agent should read it. */
export function readDescription(html: string): string {
  return toMarkdown(html).replace(/\n+`maestro follow-up of=[^ `]* key=[^ `]*`$/, "");
}

function above(author: string): string {
  return `${author}:`;
}

function markHtml(words: readonly string[]): string {
  return `<p><code>${escapeHtml(words.join(" "))}</code></p>`;
}

function fact(name: string, value: string | null): string[] {
  return value === null ? [] : [`${name}=${encodeURIComponent(value)}`];
}

function decode(value: string | undefined): string | null {
  if (value === undefined) return null;
  try {
    return decodeURIComponent(value);
  } catch {
    // Somebody edited the mark: what it says now is no name of ours.
    return null;
  }
}
