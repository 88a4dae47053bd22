import { parseInstant } from "../../model/issue.ts";

// People read and edit these files, so the section is plain Markdown:
//
//   ## Comments
//
//   ### 2026-11-20T10:00:00.000Z · alice <!-- maestro:id=comment_01ab topic=workpad -->
//
//   The text.
//
// A text must not be able to forge a heading: agents write comments too. Lines that look like one get a backslash, which
// Markdown does not show, and lose it again when they are read.

/** A comment as it stands in a file. */
export interface FileComment {
  /** `null` when a person wrote the heading by hand. */
  readonly id: string | null;
  readonly topic: string | null;
  readonly author: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly body: string;
  /** Lines of the Markdown body, from the heading to before the next one. */
  readonly from: number;
  readonly to: number;
}

/** The part of a file behind its front matter. */
export interface IssueBody {
  readonly description: string | null;
  /** In the order in which they stand in the file. */
  readonly comments: readonly FileComment[];
  readonly hasSection: boolean;
}

/** What a new comment is made of. */
export interface NewComment {
  readonly id: string;
  readonly topic: string | null;
  readonly author: string;
  readonly at: number;
  readonly body: string;
}

const SECTION = "## Comments";
const HEADING =
  /^### (\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}\S*)?) +[·–—-] +(.*?)[ \t]*(?:<!-- maestro:(.*?) -->)?[ \t]*$/;
const LOOKS_LIKE_HEADING = /^(?=\\*(?:### \d{4}-|## Comments\s*$))/;
const ESCAPED = /^\\(?=\\*(?:### \d{4}-|## Comments\s*$))/;

/** Takes the Markdown body of an issue file apart. */
export function readBody(markdown: string): IssueBody {
  const lines = markdown.split("\n").map((line) => line.replace(/\r$/, ""));
  const section = sectionAt(lines);
  const end = section === -1 ? lines.length : section;
  const description = readText(lines.slice(0, end));
  const headings = lines.flatMap((line, at) => {
    const heading = at > end ? readHeading(line) : undefined;
    return heading === undefined ? [] : [{ ...heading, from: at }];
  });
  const comments = headings.map((heading, at) => {
    const to = headings[at + 1]?.from ?? lines.length;
    return { ...heading, to, body: readText(lines.slice(heading.from + 1, to)) };
  });
  return { description: description === "" ? null : description, comments, hasSection: section !== -1 };
}

/** The body with one more comment at its end. */
export function appendComment(markdown: string, comment: NewComment): string {
  const eol = eolOf(markdown);
  const block = [writeHeading(comment), "", ...writeText(comment.body)];
  const lines = readBody(markdown).hasSection ? block : [SECTION, "", ...block];
  const before = markdown.replace(/\s+$/, "");
  return `${before === "" ? "" : before + eol}${eol}${lines.join(eol)}${eol}`;
}

/** The body with other words in one of its comments. */
export function replaceComment(markdown: string, comment: FileComment, body: string): string {
  const eol = eolOf(markdown);
  const lines = markdown.split("\n");
  const heading = (lines[comment.from] ?? "").replace(/\r$/, "");
  const after = lines.slice(comment.to).join("\n");
  const block = [heading, "", ...writeText(body), ...(after === "" ? [] : [""])].join(eol) + eol;
  const before = lines.slice(0, comment.from).join("\n");
  return `${before}${comment.from === 0 ? "" : "\n"}${block}${after}`;
}

/** The body with another description; the comments stay as they are. */
export function replaceDescription(markdown: string, description: string): string {
  const eol = eolOf(markdown);
  const lines = markdown.split("\n");
  const section = sectionAt(lines.map((line) => line.replace(/\r$/, "")));
  const rest = section === -1 ? "" : lines.slice(section).join("\n");
  const text = writeText(description).join(eol);
  return `${text === "" ? "" : `${eol}${text}${eol}`}${rest === "" ? "" : `${eol}${rest}`}`;
}

/** A description as it is written into a new file. */
export function writeDescription(description: string): string {
  return writeText(description).join("\n");
}

/** A text as it is kept: Unix line ends, no blank lines around it, nothing that UTF-8 cannot carry. */
export function plainText(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .replace(/\r\n?/g, "\n")
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
}

/** The line that begins the comments, or -1. */
function sectionAt(lines: readonly string[]): number {
  return lines.findIndex((line, at) => line.trimEnd() === SECTION && beginsSection(lines, at));
}

/** A person's own heading of that name opens no section unless comments follow, or nothing at all. */
function beginsSection(lines: readonly string[], at: number): boolean {
  const next = lines.slice(at + 1).find((line) => line.trim() !== "");
  return next === undefined || readHeading(next) !== undefined;
}

function readHeading(line: string): Omit<FileComment, "from" | "to" | "body"> | undefined {
  const found = HEADING.exec(line);
  if (found === null) return undefined;
  const [, time = "", author = "", mark = ""] = found;
  // A time without a zone is read as UTC, so that a file means the same on every machine.
  const at = parseInstant(time) ?? parseInstant(`${time}Z`);
  if (at === null) return undefined;
  return { at, author: author || "unknown", id: readMark(mark, "id"), topic: readMark(mark, "topic") };
}

function readMark(mark: string, key: string): string | null {
  const value = new RegExp(`(?:^| )${key}=(\\S+)`).exec(mark)?.[1];
  if (value === undefined) return null;
  try {
    return decodeURIComponent(value);
  } catch {
    // A mark that a person broke: what it said is lost, the comment is not.
    return null;
  }
}

function writeHeading({ at, author, id, topic }: NewComment): string {
  const name =
    author
      .replace(/<!--|-->/g, " ")
      .replace(/\s+/g, " ")
      .trim() || "unknown";
  const mark = [
    `id=${encodeURIComponent(id)}`,
    ...(topic === null ? [] : [`topic=${encodeURIComponent(plainText(topic))}`]),
  ];
  return `### ${new Date(at).toISOString()} · ${name} <!-- maestro:${mark.join(" ")} -->`;
}

function readText(lines: readonly string[]): string {
  return plainText(lines.map((line) => line.replace(ESCAPED, "")).join("\n"));
}

function writeText(text: string): string[] {
  const lines = plainText(text).split("\n");
  return lines.map((line) => line.replace(LOOKS_LIKE_HEADING, "\\"));
}

function eolOf(markdown: string): string {
  return markdown.includes("\r\n") ? "\r\n" : "\n";
}
