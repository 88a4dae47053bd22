import { type Stats, constants } from "node:fs";
import { copyFile, type FileHandle, link, lstat, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MaestroError, systemCode, toMaestroError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";

/** Larger files are not read: nobody writes such an issue by hand, and it would be kept in memory. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What tells one version of a file from the next. */
export interface FileStamp {
  readonly inode: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
  readonly size: number;
}

/** A file's text with the stamp of exactly this text. */
export interface StampedText {
  readonly text: string;
  readonly stamp: FileStamp;
}

/** The stamp in what the system says about a file. */
export function stampOf({ ino, mtimeMs, ctimeMs, size }: Stats): FileStamp {
  return { inode: ino, modifiedMs: mtimeMs, changedMs: ctimeMs, size };
}

/** Whether two stamps are of one version. */
export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.inode === b.inode && a.modifiedMs === b.modifiedMs && a.changedMs === b.changedMs && a.size === b.size;
}

/**
 * Reads an issue file, or `undefined` when it is gone. Throws `file_refused` for what is no plain UTF-8 file of a sensible size (links
 * above all: they could show any file of this machine to an agent), and the system's errors.
 */
export async function readIssueFile(path: string): Promise<StampedText | undefined> {
  let file: FileHandle | undefined;
  try {
    // Never through a link, and never waiting for the other end of a pipe.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw refused("it is not a plain file");
    if (stats.size > MAX_BYTES) throw refused(`it is larger than ${MAX_BYTES} bytes`);
    const bytes = await file.readFile();
    // Stamped before reading: what is written meanwhile gives a newer stamp and is read again.
    return { text: decode(bytes), stamp: stampOf(stats) };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (systemCode(error) === "ELOOP") throw refused("it is a symbolic link");
    throw error;
  } finally {
    await file?.close();
  }
}

/**
 * Replaces a file whose text is still `expected`. `false`: somebody saved it meanwhile, and nothing was changed. Editors know no
 * locks, so the text is compared again at the last moment, when the new one is already on the disk.
 */
export async function replaceIfUnchanged(
  path: string,
  expected: string,
  next: string,
  random: Random,
): Promise<boolean> {
  const draft = draftOf(path, random);
  try {
    await writeDraft(draft, next, await modeOf(path));
    if ((await readIssueFile(path))?.text !== expected) return false;
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

/** Makes a file that does not exist yet. `false`: it does, and nothing was changed. */
export async function createIssueFile(path: string, text: string, random: Random): Promise<boolean> {
  const draft = draftOf(path, random);
  try {
    await writeDraft(draft, text, undefined);
    await publish(draft, path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
  return true;
}

/** Whether a name is one of our drafts. One that is found while nobody writes was left by a process that died. */
export function isDraft(name: string): boolean {
  return /^\..+\.md\.\d+-[0-9a-f]{12}\.draft$/.test(name);
}

function draftOf(path: string, random: Random): string {
  // The process id too: two processes may be given the same random numbers.
  return join(dirname(path), `.${basename(path)}.${process.pid}-${random.hex(6)}.draft`);
}

/** Gives the draft its name without ever replacing a file. */
async function publish(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    // Some file systems know no hard links.
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(systemCode(error) ?? "")) throw error;
    await copyFile(draft, path, constants.COPYFILE_EXCL);
  }
}

async function writeDraft(path: string, text: string, mode: number | undefined): Promise<void> {
  const file = await open(path, "wx", mode === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(text);
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).mode & 0o777;
  } catch (error) {
    // Gone: the comparison that follows says so.
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** From here on the effect is visible, so a failure leaves only open whether a power cut would undo it. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, "r");
    await folder.sync();
  } catch (error) {
    // Some file systems cannot sync a folder; there the rename is as durable as it gets.
    if (["EINVAL", "ENOTSUP", "EPERM"].includes(systemCode(error) ?? "")) return;
    const { message, facts } = toMaestroError(error);
    throw new MaestroError({ code: "tracker_request", message, retryable: true, facts, cause: error });
  } finally {
    await folder?.close();
  }
}

function decode(bytes: Uint8Array): string {
  try {
    // The byte order mark is kept, or writing the text back would drop it.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw refused("it is not UTF-8", error);
  }
}

function refused(why: string, cause?: unknown): MaestroError {
  return new MaestroError({ code: "file_refused", message: why, cause });
}
