import { readFile } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { isMaestroError, MaestroError, messageOf, systemCode } from "../base/errors.ts";
import { splitFrontMatter } from "../base/front-matter.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { PromptPart } from "../model/profile.ts";
import type { Problems, SourceFile } from "./problems.ts";

/**
 * Reads and takes apart a Markdown file (S-031…S-035, G-14). `directory` is the project: messages name files relative to it. Throws
 * `missing_workflow_file`, `workflow_parse_error`, `workflow_front_matter_not_a_map`, the last two with facts {path, line, column}.
 */
export async function readSource(path: string, directory: string): Promise<SourceFile> {
  return parseSource(path, directory, await readWhole(path));
}

async function readWhole(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new MaestroError({
      code: "missing_workflow_file",
      message: `${path} cannot be read: ${systemCode(error) === "ENOENT" ? "there is no such file" : messageOf(error)}.`,
      hint: "Give the path of a WORKFLOW.md, write one with `maestro init`, or start with `--template local/local/mock`.",
      facts: { path },
      cause: error,
    });
  }
}

function parseSource(path: string, directory: string, text: string): SourceFile {
  const label = labelOf(path, directory);
  try {
    const source = { path, label, text, front: splitFrontMatter(text) };
    if (!isJsonObject(source.front.data)) throw notAMap(source.path, label);
    return source;
  } catch (error) {
    if (!isMaestroError(error) || error.code === "workflow_front_matter_not_a_map") throw error;
    const line = Number(error.facts.line);
    const column = Number(error.facts.column);
    throw new MaestroError({
      code: "workflow_parse_error",
      message: `${label}:${line}:${column} ${error.message}`,
      hint: error.hint,
      facts: { path, line, column, reason: error.code },
      cause: error,
    });
  }
}

function notAMap(path: string, label: string): MaestroError {
  return new MaestroError({
    code: "workflow_front_matter_not_a_map",
    message: `${label}:2:1 The front matter must be a map of keys, not a list or a single value.`,
    facts: { path, line: 2, column: 1 },
  });
}

function labelOf(path: string, directory: string): string {
  const inside = relative(directory, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

/** The text below the front matter, trimmed, with the place of its first character. */
export function bodyOf({ path, front }: SourceFile): PromptPart {
  const { body, bodyLineOffset } = front;
  const above = /^\s*/.exec(body)?.[0].split("\n").length ?? 1;
  return { path, line: bodyLineOffset + above, text: body.trim() };
}

/**
 * The front matter as JSON that may be changed. Empty values count as left out, so that defaults apply, except inside lists, which are
 * data. Adds a problem for numbers that JSON cannot carry.
 */
export function plainConfig(source: SourceFile, problems: Problems): JsonObject {
  const plain = toPlain(source.front.data, [], (keys) =>
    problems.add(source, keys, { message: "is not a number that can be kept" }),
  );
  return isJsonObject(plain) ? plain : {};
}

function toPlain(value: unknown, keys: readonly (string | number)[], report: (keys: KeyList) => void): JsonValue {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) report(keys);
    return value;
  }
  if (Array.isArray(value)) return value.map((item: unknown, at) => toPlain(item, [...keys, at], report));
  if (typeof value !== "object" || value === null) return null;
  const entries = Object.entries(value).filter(([, member]) => member !== null || keys.some(isPlace));
  return Object.fromEntries(entries.map(([key, member]) => [key, toPlain(member, [...keys, key], report)]));
}

type KeyList = readonly (string | number)[];

function isPlace(key: string | number): boolean {
  return typeof key === "number";
}
