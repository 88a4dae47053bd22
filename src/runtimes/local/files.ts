import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats } from "node:fs";
import { mkdir, rename, statfs, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../../base/errors.ts";
import type { FileEntry, FileStat, Runtime } from "../../contracts/runtime.ts";
import { fileError, onFile } from "./file-error.ts";
import { removeTree } from "./file-removal.ts";
import { appendText, readText, writeText } from "./text-file.ts";

/** The part of a runtime that reaches files. */
export type Files = Pick<
  Runtime,
  | "readText"
  | "writeText"
  | "writeBytes"
  | "appendText"
  | "list"
  | "stat"
  | "realPath"
  | "makeDirectory"
  | "remove"
  | "rename"
  | "link"
  | "freeBytes"
>;

const DEFAULT_READ_BYTES = 16 * 1024 * 1024;

/**
 * The files of this machine. Only ENOENT is absence; a path through a file, say, is an error. Where something stands is asked without a
 * thread, which costs ten times as much as the answer: each run asks that some thirty times.
 */
export function localFiles(): Files {
  return {
    readText: (path, { maxBytes = DEFAULT_READ_BYTES } = {}) => onFile(path, () => readText(path, maxBytes)),
    writeText: (path, text, options = {}) => onFile(path, () => writeText(path, text, options)),
    writeBytes: (path, bytes, options = {}) => onFile(path, () => writeText(path, bytes, options)),
    appendText: (path, text) => onFile(path, () => appendText(path, text)),
    list: (path) => onFile(path, async () => listFolder(path)),
    stat: (path) => onFile(path, async () => statPath(path)),
    realPath: (path) => onFile(path, async () => realpathSync.native(path)),
    makeDirectory: (path, { mode = 0o777 } = {}) =>
      onFile(path, async () => {
        if (statPath(path)?.kind !== "directory") await mkdir(path, { recursive: true, mode });
      }),
    remove: (path) => onFile(path, () => removeTree(path)),
    rename: (from, to) => renamePath(from, to),
    link: (target, path) => onFile(path, () => symlink(target, path)),
    freeBytes: (path) => onFile(path, () => freeBytes(path)),
  };
}

function listFolder(path: string): FileEntry[] {
  const entries = readdirSync(path, { withFileTypes: true });
  const listed = entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function statPath(path: string): FileStat | undefined {
  try {
    const found = lstatSync(path);
    return { kind: kindOf(found), size: found.size, modifiedAt: Math.floor(found.mtimeMs) };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function renamePath(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const isTaken = ["EEXIST", "ENOTEMPTY"].includes(systemCode(error) ?? "");
    throw fileError(isTaken ? to : from, error);
  }
}

async function freeBytes(path: string): Promise<number> {
  for (let folder = path; ; folder = dirname(folder)) {
    const disk = await unlessMissing(() => statfs(folder));
    // What is reserved for root is not free for us.
    if (disk !== undefined) return disk.bavail * disk.bsize;
  }
}

function kindOf(entry: Dirent | Stats): FileEntry["kind"] {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "link" : "other";
}

async function unlessMissing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
