import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode, toMaestroError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import type { Loading } from "./loading.ts";
import type { SourceFile } from "./problems.ts";
import { readSource } from "./source-file.ts";

/** Most parts of one profile, and most characters of one part: a prompt is read by a model. */
const MOST_PARTS = 50;
const LONGEST_PART = 100_000;
const NAME = /^[a-z][a-z0-9_-]*\.md$/;

/** What a template calls a part: `profile/hand-off` for `hand-off.md`. */
export function partName({ path }: Pick<SourceFile, "path">): string {
  return `profile/${basename(path, ".md")}`;
}

/**
 * The parts of a profile: the files of the folder beside it that has its name. Nothing outside that folder is read, so links are problems, like
 * names that no template could write, front matter, and more or longer ones than are read. Throws `file_read_failed`.
 */
export async function readParts({ problems, directory }: Loading, profile: SourceFile): Promise<SourceFile[]> {
  const folder = join(dirname(profile.path), basename(profile.path, ".md"));
  const entries = (await entriesOf(folder)).filter(({ name }) => name.endsWith(".md"));
  const refuse = (message: string): void => problems.add(profile, [], { message: `${folder}: ${message}` });
  if (entries.length > MOST_PARTS) {
    refuse(`a profile has at most ${MOST_PARTS} parts`);
    return [];
  }
  const parts: SourceFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) refuse(`${entry.name} must be a file of its own, no link and no folder`);
    else if (!NAME.test(entry.name)) refuse(`${entry.name} must be named like ${NAME.source}`);
    else parts.push(await readSource(join(folder, entry.name), directory));
  }
  for (const part of parts) {
    if (part.text.length > LONGEST_PART) refuse(`${basename(part.path)} is longer than ${LONGEST_PART} characters`);
    const { data } = part.front;
    if (!isJsonObject(data) || Object.keys(data).length > 0)
      problems.add(part, [], { message: "a part has no front matter" });
  }
  return parts;
}

/** The files in a folder of parts, absolute and sorted; none when there is no such folder. Throws `file_read_failed`. */
export async function listParts(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return entries.filter((entry) => entry.isFile() && NAME.test(entry.name)).map(({ name }) => join(folder, name));
}

async function entriesOf(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw toMaestroError(error, "file_read_failed");
  }
}
