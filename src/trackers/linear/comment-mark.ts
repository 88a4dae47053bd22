import { createHash } from "node:crypto";

/**
 * What Maestro knows about its own comments. Their ids are made here, so that a repeated creation is refused by Linear instead of making a
 * second comment, and so that they are recognised whatever became of their text: the second half of such an id follows from the first. Topic and author stand in the last line, as inline code because editors leave that alone.
 */
interface CommentMark {
  readonly topic: string | null;
  readonly author: string | null;
}

const FOOTER = /\n*`maestro(?: topic=([^ `]*))?(?: author=([^ `]*))?`\s*$/;

/** An id that follows from its parts: the same for the same parts, on every machine. A UUID of the form that Linear demands. */
export function derivedId(...parts: readonly string[]): string {
  const head = digest(parts.map(encodeURIComponent).join(" ")).subarray(0, 8);
  head[6] = ((head[6] ?? 0) & 0x0f) | 0x40;
  return withTail(head);
}

/** Whether an id was made by `derivedId`, here or on another machine. */
export function isDerived(id: string): boolean {
  if (!isUuid(id)) return false;
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  return withTail(bytes.subarray(0, 8)) === id.toLowerCase();
}

/** Whether Linear could know something by this id. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

/** A body with its mark below. */
export function withMark(body: string, { topic, author }: CommentMark): string {
  const facts = [...fact("topic", topic), ...fact("author", author)];
  return `${body}\n\n\`${["maestro", ...facts].join(" ")}\``;
}

/** A body without its mark, and what the mark said. */
export function readMark(text: string): CommentMark & { readonly body: string } {
  const found = FOOTER.exec(text);
  if (found === null) return { body: text, topic: null, author: null };
  return { body: text.slice(0, found.index), topic: decode(found[1]), author: decode(found[2]) };
}

function fact(name: string, value: string | null): string[] {
  return value === null ? [] : [`${name}=${encodeURIComponent(value)}`];
}

function decode(value: string | undefined): string | null {
  if (value === undefined) return null;
  try {
    return decodeURIComponent(value);
  } catch {
    // Somebody edited the line: what it says now is no name of ours.
    return null;
  }
}

function withTail(head: Buffer): string {
  const tail = digest(`maestro ${head.toString("hex")}`).subarray(0, 8);
  tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.concat([head, tail]).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
