import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { MaestroError } from "../base/errors.ts";

/** More than this is no plugin and no skill: files in all. */
const MOST_FILES = 20_000;

/**
 * A hash over names, contents, links and executable bits of everything below a folder, but for Git's own folder: equal folders have
 * equal hashes on every machine. Throws `too_many_files`.
 */
export async function contentHash(directory: string): Promise<string> {
  const hash = createHash("sha256");
  const files = await filesBelow(directory);
  for (const file of files) {
    const path = join(directory, file);
    const info = await lstat(path);
    if (info.isSymbolicLink()) {
      hash.update(`link\0${file}\0${await readlink(path)}\0`);
      continue;
    }
    const content = await readFile(path);
    hash.update(`${(info.mode & 0o100) === 0 ? "file" : "program"}\0${file}\0${content.length}\0`);
    hash.update(content);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** Paths of all files and links below a folder, with `/`, sorted by their bytes; Git's own folder is left out. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
      if (entry.name === ".git") continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else found.push(path);
    }
    if (found.length > MOST_FILES) {
      throw new MaestroError({
        code: "too_many_files",
        message: `${directory} holds more than ${MOST_FILES} files; that is no plugin and no skill.`,
        facts: { directory },
      });
    }
  }
  return found.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}
