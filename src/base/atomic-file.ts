import { randomBytes } from "node:crypto";
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode, toMaestroError } from "./errors.ts";

/** How `writeFileAtomic` writes. */
export interface AtomicWriteOptions {
  /** Permission bits, whatever the umask. Default: those of the file that is replaced, else 0666 less the umask. */
  readonly mode?: number | undefined;
  /** Whether the new content has reached the disk when the promise resolves. Default true. */
  readonly fsync?: boolean | undefined;
}

/**
 * Replaces a file so that every reader sees the old or the new content, never a part, also after a crash. Follows a symbolic link to the file behind
 * it. The folder must exist. Rejects with MaestroError `disk_full` or `file_write_failed`; then the old file is untouched and no temporary file stays.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const fsync = options.fsync ?? true;
  let temporary: string | undefined;
  try {
    const target = (await unlessAbsent(realpath(path))) ?? path;
    const mode = options.mode ?? (await unlessAbsent(stat(target)))?.mode;
    temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    await writeNew(temporary, content, mode, fsync);
    await rename(temporary, target);
    temporary = undefined;
    if (fsync) await syncFolder(dirname(target));
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw toMaestroError(error, "file_write_failed");
  }
}

/**
 * A file's text (UTF-8), or undefined when there is no such file. Only ENOENT is absence; everything else (no permission, a folder, a
 * path through a file) rejects with MaestroError `file_read_failed`.
 */
export async function readTextIfExists(path: string): Promise<string | undefined> {
  try {
    return await unlessAbsent(readFile(path, "utf8"));
  } catch (error) {
    throw toMaestroError(error, "file_read_failed");
  }
}

async function unlessAbsent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function writeNew(
  path: string,
  content: string | Uint8Array,
  mode: number | undefined,
  fsync: boolean,
): Promise<void> {
  // Created private: the content must not be readable by others before the final mode is set.
  const file = await open(path, "wx", mode === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(content);
    if (mode !== undefined) await file.chmod(mode & 0o7777);
    if (fsync) await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename durable. Some file systems cannot sync a folder and say so; there the rename is as durable as it gets. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes(systemCode(error) ?? "")) throw error;
  } finally {
    await folder?.close();
  }
}
