// What Maestro's own comments say below their text, where people do not see it. A mark counts only in a comment that the credential
// itself wrote: everybody may copy one.

/** What a mark says. */
export interface CommentMark {
  readonly topic: string | null;
  readonly author: string | null;
}

/** A claim as its comment says it. */
export interface ClaimMark {
  readonly owner: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const MARK = /(?:\n\n)?<!-- maestro(?: topic=([^ >]*))?(?: author=([^ >]*))? -->\s*$/;
const CLAIM = /<!-- maestro-claim owner=([^ >]*) until=(\d+) -->\s*$/;

/** A body with its mark. Somebody's own words begin with their name, because all of them stand under the credential's. */
export function withMark(body: string, { topic, author }: CommentMark): string {
  const facts = [...fact("topic", topic), ...fact("author", author)];
  return `${nameAbove(topic, author)}${body}\n\n<!-- ${["maestro", ...facts].join(" ")} -->`;
}

/** A body without its mark, and what the mark said. */
export function readMark(text: string): CommentMark & { readonly body: string } {
  const found = MARK.exec(text);
  if (found === null) return { body: text, topic: null, author: null };
  const [topic, author] = [decode(found[1]), decode(found[2])];
  const above = nameAbove(topic, author);
  const shown = text.slice(0, found.index);
  return { body: shown.startsWith(above) ? shown.slice(above.length) : shown, topic, author };
}

function nameAbove(topic: string | null, author: string | null): string {
  return topic === null && author !== null ? `**${author}:**\n\n` : "";
}

/** A claim for people and for other Maestros. */
export function claimText({ owner, expiresAt }: ClaimMark): string {
  const until = new Date(expiresAt).toISOString();
  return `Maestro (${owner}) works on this issue until ${until}.\n\n<!-- maestro-claim owner=${encode(owner)} until=${expiresAt} -->`;
}

/** The claim in a comment; `undefined` when there is none. */
export function readClaim(text: string): ClaimMark | undefined {
  const [, owner, until] = CLAIM.exec(text) ?? [];
  const name = decode(owner);
  return name === null ? undefined : { owner: name, expiresAt: Number(until) };
}

/** What stands in an issue that follows from another, once per key. */
export function followUpMark(number: number, key: string): string {
  return `<!-- maestro-follow-up of=${number} key=${encode(key)} -->`;
}

function fact(name: string, value: string | null): string[] {
  return value === null ? [] : [`${name}=${encode(value)}`];
}

/** Two hyphens would end the mark for some readers. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll("-", "%2D");
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
