import { isDeepStrictEqual } from "node:util";
import { type Document, isScalar, isSeq } from "yaml";
import { isMaestroError, messageOf } from "../../base/errors.ts";
import {
  editFrontMatter,
  formatFrontMatter,
  type FrontMatter,
  positionOf,
  splitFrontMatter,
} from "../../base/front-matter.ts";
import type { IssueDraft } from "../../contracts/tracker.ts";
import { type IssueComment, normaliseLabels } from "../../model/issue.ts";
import {
  appendComment,
  type FileComment,
  type NewComment,
  plainText,
  readBody,
  replaceComment,
  replaceDescription,
  writeDescription,
} from "./comment-section.ts";
import { malformed } from "./errors.ts";
import { type Follows, listOf, type LocalIssue, toComments, toFrontMatter, toLocalIssue, withLink } from "./map.ts";
import { validateLocalFrontMatter } from "./schema.gen.ts";

/** An issue file, read. */
export interface IssueText extends LocalIssue {
  readonly markdown: string;
  readonly fileComments: readonly FileComment[];
}

/** Reads an issue file's text. Throws `tracker_response` with path, line and column (S-205, S-206). */
export function readIssueText(text: string, path: string, identifier: string): IssueText {
  const source = split(text, path);
  if (source.document === undefined) {
    throw malformed(path, { line: 1, column: 1 }, 'an issue file begins with front matter between two lines "---"');
  }
  // The generated check may write into what it reads.
  const data: unknown = structuredClone(source.data);
  if (!validateLocalFrontMatter(data)) {
    const fault = validateLocalFrontMatter.errors?.find(({ keyword }) => keyword !== "anyOf");
    const missing: unknown = fault?.params.missingProperty;
    const key = typeof missing === "string" ? missing : (fault?.instancePath.split("/")[1] ?? "");
    const why = key === "" ? "the front matter must be a map of keys" : `"${key}" must be a text that is not blank`;
    throw malformed(path, positionOf(source, key === "" ? [] : [key], "value"), why);
  }
  const { description, comments } = readBody(source.body);
  return { ...toLocalIssue(identifier, data, description), markdown: source.body, fileComments: comments };
}

/** The comments of a file that was read, oldest first. */
export function commentsOf({ fileComments }: IssueText): IssueComment[] {
  return toComments(fileComments);
}

/** The text with another state. Everything else stays as people wrote it. */
export function withState(text: string, state: string, now: number): string {
  return editFrontMatter(text, (document) => {
    document.set("state", state);
    touch(document, now);
  });
}

/** The text with other values of keys; `null` takes a key out. Values that are there already change nothing. */
export function withValues(
  text: string,
  values: Readonly<Record<string, string | number | null>>,
  now: number,
): string {
  return editFrontMatter(text, (document) => {
    const news = Object.entries(values).filter(([key, value]) => (document.get(key) ?? null) !== value);
    for (const [key, value] of news) {
      if (value === null) document.delete(key);
      else document.set(key, value);
    }
    if (news.length > 0) touch(document, now);
  });
}

/** The text with one more entry in the list of a key. */
export function withEntry(text: string, key: string, entry: string, now: number): string {
  return editFrontMatter(text, (document) => {
    const known = listOf(document.toJS()?.[key]);
    if (known.includes(entry)) return;
    document.set(key, document.createNode([...known, entry]));
    touch(document, now);
  });
}

/** The text with the one link to an address under this title. */
export function withAddress(text: string, url: string, title: string, now: number): string {
  return editFrontMatter(text, (document) => {
    const before: unknown = document.toJS()?.links;
    const after = withLink(before, url, title);
    if (isDeepStrictEqual(before, after)) return;
    const node = document.get("links", true);
    // What stands beside the other entries, comments above all, stays.
    if (isSeq(node) && after.length > node.items.length) node.add(document.createNode(after.at(-1)));
    else document.set("links", document.createNode(after));
    touch(document, now);
  });
}

/** The text with labels added and removed; other labels keep their spelling, place and comments. */
export function withLabels(text: string, add: readonly string[], remove: readonly string[], now: number): string {
  return editFrontMatter(text, (document) => {
    const before = normaliseLabels(labelsOf(document));
    const kept = before.filter((label) => !remove.includes(label));
    const wanted = normaliseLabels([...kept, ...add]);
    if (wanted.length === before.length && wanted.every((label) => before.includes(label))) return;
    const node = document.get("labels", true);
    if (isSeq(node)) {
      node.items = node.items.filter((item) => !isScalar(item) || wanted.includes(labelKey(item.value)));
      for (const label of wanted) if (!before.includes(label)) node.add(document.createNode(label));
    } else {
      document.set("labels", document.createNode(wanted));
    }
    touch(document, now);
  });
}

/** The text with one more comment. Its time is later than that of every other one, so that `since` misses none. */
export function withNewComment(text: string, comment: NewComment): string {
  const source = splitFrontMatter(text);
  const at = Math.max(comment.at, ...readBody(source.body).comments.map((other) => other.at + 1));
  return touched(withMarkdown(text, source.body, appendComment(source.body, { ...comment, at })), comment.at);
}

/** The text with other words in one of its comments. */
export function withCommentBody(text: string, comment: FileComment, body: string, now: number): string {
  const { body: markdown } = splitFrontMatter(text);
  return touched(withMarkdown(text, markdown, replaceComment(markdown, comment, body)), now);
}

/** The text with another description; the same one changes nothing. */
export function withDescription(text: string, description: string, now: number): string {
  const { body } = splitFrontMatter(text);
  if ((readBody(body).description ?? "") === plainText(description)) return text;
  return touched(withMarkdown(text, body, replaceDescription(body, description)), now);
}

/** The text of a new issue file. */
export function newIssueText(draft: IssueDraft, id: string, now: number, follows?: Follows): string {
  const description = writeDescription(draft.description ?? "");
  return formatFrontMatter(toFrontMatter(draft, id, now, follows), description === "" ? "" : `\n${description}\n`);
}

/**
 * The ids that a file with an unreadable text may have, or `undefined` when nobody can tell: an editor may be in the middle of
 * saving it, and an issue that is only half there must not look deleted.
 */
export function salvageIds(text: string, identifier: string): string[] | undefined {
  const found = /^id:[ \t]*(["']?)([^\r\n]*?)\1[ \t]*(?:[ \t]#.*)?\r?$/m.exec(text)?.[2]?.trim();
  if (found !== undefined && found !== "") return [found];
  return /^\uFEFF?---\r?\n[\s\S]*?^---[ \t]*\r?$/m.test(text) ? [identifier] : undefined;
}

function split(text: string, path: string): FrontMatter {
  try {
    return splitFrontMatter(text);
  } catch (error) {
    const { line, column } = isMaestroError(error) ? error.facts : {};
    const place = { line: typeof line === "number" ? line : 1, column: typeof column === "number" ? column : 1 };
    throw malformed(path, place, messageOf(error), error);
  }
}

function withMarkdown(text: string, before: string, after: string): string {
  return text.slice(0, text.length - before.length) + after;
}

function touched(text: string, now: number): string {
  return editFrontMatter(text, (document) => touch(document, now));
}

function touch(document: Document, now: number): void {
  document.set("updated_at", new Date(now).toISOString());
}

function labelsOf(document: Document): string[] {
  const data: unknown = document.toJS();
  return typeof data === "object" && data !== null && "labels" in data ? listOf(data.labels) : [];
}

function labelKey(value: unknown): string {
  return String(value).trim().toLowerCase();
}
