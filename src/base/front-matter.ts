import matter from "gray-matter";
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
  visit,
} from "yaml";
import { MaestroError, messageOf } from "./errors.ts";

/** A place in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A Markdown file taken apart. */
export interface FrontMatter {
  /** The YAML root, whatever it is; {} when there is no front matter or nothing but comments in it. */
  readonly data: unknown;
  /** Everything behind the closing line, unchanged; the whole text (less a byte order mark) without front matter. */
  readonly body: string;
  /** How many lines of the file come before the YAML: 1, or 0 without front matter. */
  readonly lineOffset: number;
  /** How many lines of the file come before the body. */
  readonly bodyLineOffset: number;
  /** The YAML with its comments and offsets; undefined without front matter. */
  readonly document: Document | undefined;
  readonly lineCounter: LineCounter;
}

/**
 * Takes a Markdown file apart. Front matter begins when the first line is exactly `---` and ends at the next such line. A byte order mark and CRLF are fine.
 * Nothing in the file is ever executed. Throws MaestroError, all with facts {line, column} in the file: `front_matter_language` (`---js`, `---toml`, even
 * `--- `), `front_matter_unterminated`, `workflow_parse_error` (YAML, also duplicate keys and unknown tags).
 */
export function splitFrontMatter(text: string): FrontMatter {
  const parts = cutFrontMatter(text);
  const lineCounter = new LineCounter();
  if (parts.yaml === undefined) {
    return { data: {}, body: parts.body, lineOffset: 0, bodyLineOffset: 0, document: undefined, lineCounter };
  }
  const document = parseBlock(parts.yaml, lineCounter);
  const data = document.contents === null ? {} : toData(document, lineCounter);
  const bodyLineOffset = countLines(text) - countLines(parts.body);
  return { data, body: parts.body, lineOffset: 1, bodyLineOffset, document, lineCounter };
}

/**
 * Where the key or the value at `path` stands in the file. A path that is not there gives the nearest thing above it that is; without front
 * matter the beginning of the file.
 */
export function positionOf(source: FrontMatter, path: readonly (string | number)[], part: "key" | "value"): Position {
  let node: unknown = source.document?.contents;
  let offset = startOf(node);
  for (const [at, step] of path.entries()) {
    const found = childAt(node, step);
    if (found === undefined) break;
    const wanted = part === "key" && at === path.length - 1 ? found.key : found.value;
    offset = startOf(wanted) ?? startOf(found.key) ?? offset;
    node = isAlias(found.value) && source.document ? found.value.resolve(source.document) : found.value;
  }
  if (source.document === undefined || offset === undefined) return { line: 1, column: 1 };
  return placeOf(source.lineCounter, offset);
}

/** A file with this front matter and body. Empty data still gives the two delimiting lines. */
export function formatFrontMatter(data: object, body: string): string {
  const yaml = Object.keys(data).length === 0 ? "" : stringify(data, { lineWidth: 0, aliasDuplicateObjects: false });
  return `---\n${yaml}---\n${body}`;
}

/**
 * Changes the front matter of a user's file through its YAML document (`doc.setIn(["a", "b"], 1)`) and returns the new text. Comments, key order, body,
 * line ends and byte order mark stay; blanks inside the YAML may be normalised. A change of nothing returns the text itself; a file without front matter
 * gets one. Throws like `splitFrontMatter`.
 */
export function editFrontMatter(text: string, edit: (document: Document) => void): string {
  const parts = cutFrontMatter(text);
  const source = parts.yaml ?? "";
  const document = parseBlock(source, new LineCounter());
  keepLastComment(source, document);
  const before = renderLike(source, document);
  edit(document);
  const after = renderLike(source, document);
  if (before === after) return text;
  if (parts.yaml === undefined) return `${parts.head}---\n${after}---\n${parts.body}`;
  const yaml = parts.head.endsWith("\r\n") ? after.replaceAll("\n", "\r\n") : after;
  return parts.head + yaml + parts.foot + parts.body;
}

/** A document's last comment is written behind an empty line, one of its map or list is not. */
function keepLastComment(source: string, document: Document): void {
  const { contents } = document;
  if (!isCollection(contents) || /\n[ \t]*\r?\n(?:[ \t]*#[^\n]*\r?\n?)+\s*$/.test(source)) return;
  contents.comment ??= document.comment;
  if (contents.comment === document.comment) document.comment = null;
}

/** Writes YAML in the habits of its source: indentation, `- ` under its key or deeper, blanks inside brackets. */
function renderLike(source: string, document: Document): string {
  const indent = /^( {2,8})[^\s#-]/m.exec(source)?.[1]?.length ?? 2;
  const indentSeq = !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(source);
  const flowCollectionPadding = !/[[{][^\s\]}]/.test(source);
  return document.toString({ lineWidth: 0, indent, indentSeq, flowCollectionPadding });
}

/** A text cut at the lines that delimit front matter; the pieces add up to the text. */
interface FrontMatterParts {
  readonly head: string;
  /** Undefined when there is no front matter; then head and foot are empty (but for a byte order mark). */
  readonly yaml: string | undefined;
  readonly foot: string;
  readonly body: string;
}

/** Finds the delimiting lines without looking at the YAML. Throws like `splitFrontMatter`. */
function cutFrontMatter(text: string): FrontMatterParts {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const first = /^[^\n]*(\n|$)/.exec(text.slice(mark.length))?.[0] ?? "";
  const opening = first.replace(/\r?\n$/, "");
  // Four hyphens are a Markdown rule, not front matter.
  if (!/^---(?!-)/.test(opening)) return { head: mark, yaml: undefined, foot: "", body: text.slice(mark.length) };
  if (opening !== "---") throw languageError(opening);
  const head = mark + first;
  const closing = /^---[ \t]*\r?(?:\n|$(?![\s\S]))/m;
  const found = closing.exec(text.slice(head.length));
  if (found === null) throw unterminatedError();
  const end = head.length + found.index;
  return { head, yaml: text.slice(head.length, end), foot: found[0], body: text.slice(end + found[0].length) };
}

function parseBlock(yaml: string, lineCounter: LineCounter): Document {
  let document: Document | undefined;
  const parse = (block: string): object => {
    // gray-matter hands over the line end before the block and keeps the one behind it, which block scalars need.
    document = parseDocument(`${block.slice(1)}\n`, { lineCounter, prettyErrors: false });
    return {};
  };
  // Options always: without them gray-matter caches by text. Engines always: its own run `---js` blocks as programs.
  matter(`---\n${yaml}---\n`, {
    language: "yaml",
    delimiters: ["---", "---\n"],
    engines: { yaml: parse, json: refuse, javascript: refuse, js: refuse, coffee: refuse },
  });
  // It does not ask the engine about a block of nothing but comments.
  document ??= parseDocument(yaml, { lineCounter, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw parseError(problem.message, placeOf(lineCounter, problem.pos[0]), problem);
  return document;
}

function refuse(): never {
  throw languageError("---");
}

function toData(document: Document, lineCounter: LineCounter): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases without an anchor, and those that unfold to far more than what is written (a "billion laughs" file) show only here.
    throw parseError(messageOf(error), placeOf(lineCounter, strayAlias(document) ?? 0), error);
  }
}

function strayAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = startOf(alias);
      return visit.BREAK;
    },
  });
  return offset;
}

function childAt(node: unknown, step: string | number): { readonly key: unknown; readonly value: unknown } | undefined {
  if (isMap(node)) {
    return node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
  }
  if (!isSeq(node) || !(Number(step) in node.items)) return undefined;
  const item = node.items[Number(step)];
  return { key: item, value: item };
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const [start]: unknown[] = node.range;
  return typeof start === "number" ? start : undefined;
}

/** The YAML begins on the second line of the file. */
function placeOf(lineCounter: LineCounter, offset: number): Position {
  const { line, col } = lineCounter.linePos(offset);
  return { line: Math.max(1, line) + 1, column: Math.max(1, col) };
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

function parseError(message: string, place: Position, cause: unknown): MaestroError {
  return new MaestroError({
    code: "workflow_parse_error",
    message: `The front matter is not valid YAML (line ${place.line}, column ${place.column}): ${message}`,
    facts: { ...place },
    cause,
  });
}

function languageError(opening: string): MaestroError {
  return new MaestroError({
    code: "front_matter_language",
    message: `The first line must be exactly "---", not ${JSON.stringify(opening)}: front matter is YAML and nothing else.`,
    facts: { line: 1, column: 4, found: opening },
  });
}

function unterminatedError(): MaestroError {
  return new MaestroError({
    code: "front_matter_unterminated",
    message: 'The front matter that begins on line 1 never ends: no further line is "---".',
    hint: 'Put a line "---" between the YAML and the text.',
    facts: { line: 1, column: 1 },
  });
}
