import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isMap, type YAMLMap } from "yaml";
import { readTextIfExists } from "../base/atomic-file.ts";
import { MaestroError, systemCode, toMaestroError } from "../base/errors.ts";
import { splitFrontMatter } from "../base/front-matter.ts";
import { packagedFolder } from "./packaged.ts";
import { validateTemplatePart } from "./schema/template-part.gen.ts";
import type { TemplatePart } from "./schema/template-part.ts";

/** The kinds of parts, in the order in which an alias names them. */
export const PART_AXES = ["tracker", "forge", "agent", "profile"] as const;
export type PartAxis = (typeof PART_AXES)[number];

/** A part of a workflow file. */
export interface Part {
  readonly meta: TemplatePart;
  /** What it adds to the front matter, with its comments. Not shared: merging takes it apart. */
  readonly yaml: YAMLMap;
  /** The prompt; only a profile's part has one. */
  readonly body: string;
}

/** Where parts are looked for; the first one that has it wins. */
function foldersOf(directory: string, ofPlugins: readonly string[]): string[] {
  return [join(directory, ".maestro", "templates"), ...ofPlugins, join(packagedFolder("templates"), "parts")];
}

/** The kinds that there are parts for, sorted. Throws `file_read_failed`. */
export async function knownParts(
  axis: PartAxis,
  directory: string,
  ofPlugins: readonly string[] = [],
): Promise<string[]> {
  const names = await Promise.all(foldersOf(directory, ofPlugins).map((folder) => namesIn(join(folder, axis))));
  // A second name behind a dot is a variant.
  const kinds = names.flat().flatMap((name) => /^([a-z][a-z0-9_]*)\.md$/.exec(name)?.[1] ?? []);
  return [...new Set(kinds)].sort();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw toMaestroError(error, "file_read_failed");
  }
}

/** The part of this name (a kind, or `kind.profile`), or undefined. Throws `template_part_invalid` and `file_read_failed`. */
export async function readPart(
  axis: PartAxis,
  name: string,
  directory: string,
  ofPlugins: readonly string[] = [],
): Promise<Part | undefined> {
  for (const folder of foldersOf(directory, ofPlugins)) {
    const path = join(folder, axis, `${name}.md`);
    const text = await readTextIfExists(path);
    if (text !== undefined) return parsePart(path, text);
  }
  return undefined;
}

function parsePart(path: string, text: string): Part {
  const { data, document, body } = splitFrontMatter(text);
  if (!validateTemplatePart(data)) throw invalidPart(path, validateTemplatePart.errors?.[0]);
  const yaml = document?.get("workflow", true);
  if (!isMap(yaml)) throw invalidPart(path, undefined);
  return { meta: data, yaml, body: body.trim() };
}

function invalidPart(
  path: string,
  error: { readonly instancePath: string; readonly message?: string | undefined } | undefined,
): MaestroError {
  const place = error?.instancePath.split("/").slice(1).join(".") ?? "workflow";
  return new MaestroError({
    code: "template_part_invalid",
    message: `${path} is no part of a template: ${place} ${error?.message ?? "must be a map"}.`,
    facts: { path },
  });
}
