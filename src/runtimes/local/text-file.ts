import { randomBytes } from "node:crypto";
import { closeSync, constants, existsSync, fchmodSync, openSync, writeFileSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MaestroError, systemCode } from "../../base/errors.ts";

/** Reads a regular file. Fails with `file_failed` for anything else, which could block forever, and for more than `maxBytes`. */
export async function readText(path: string, maxBytes: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await assertRegular(file, path);
    const bytes = await readUpTo(file, maxBytes + 1);
    if (bytes.length > maxBytes) throw unfit(path, `is larger than ${maxBytes} bytes`);
    return bytes.toString("utf8");
  } finally {
    await file.close();
  }
}

/** Appends and makes the file when missing, like `readText` only to regular files. */
export async function appendText(path: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
  const file = await open(path, flags, 0o666);
  try {
    await assertRegular(file, path);
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** How a file is written. */
export interface Writing {
  /** Default: 0666 less the umask. */
  readonly mode?: number;
  /** Whether it has to be on the disk on return. Default true. */
  readonly durable?: boolean;
}

/**
 * Writes whole or not at all; a durable one also when the power fails. A link at the path is replaced, never written through: an agent
 * could have set it.
 */
export async function writeText(
  path: string,
  text: string | Uint8Array,
  { mode, durable = true }: Writing,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 200)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    if (!existsSync(folder)) await mkdir(folder, { recursive: true });
    if (durable) await writeNew(temporary, text, mode);
    else writeNewNow(temporary, text, mode);
    // On a thread: some file systems write out first what replaces another file.
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (durable) await syncFolder(folder);
}

async function writeNew(path: string, text: string | Uint8Array, mode: number | undefined): Promise<void> {
  // Private until the final mode is set.
  const file = await open(path, "wx", mode === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(text);
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Into the system's memory only, and so without a thread. */
function writeNewNow(path: string, text: string | Uint8Array, mode: number | undefined): void {
  const file = openSync(path, "wx", mode === undefined ? 0o666 : 0o600);
  try {
    writeFileSync(file, text);
    if (mode !== undefined) fchmodSync(file, mode);
  } finally {
    closeSync(file);
  }
}

/** Some file systems cannot sync a folder and say so; there a rename is as durable as it gets. */
const NO_FOLDER_SYNC = ["EINVAL", "ENOTSUP", "EPERM"];

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } catch (error) {
    if (!NO_FOLDER_SYNC.includes(systemCode(error) ?? "")) throw error;
  } finally {
    await folder.close();
  }
}

async function assertRegular(file: FileHandle, path: string): Promise<void> {
  if (!(await file.stat()).isFile()) throw unfit(path, "is no regular file");
}

/** A file may grow while it is read, so its size is no bound. */
async function readUpTo(file: FileHandle, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  while (size < most) {
    const part = Buffer.allocUnsafe(Math.min(64 * 1024, most - size));
    const { bytesRead } = await file.read(part, 0, part.length, null);
    if (bytesRead === 0) break;
    parts.push(part.subarray(0, bytesRead));
    size += bytesRead;
  }
  return Buffer.concat(parts);
}

function unfit(path: string, problem: string): MaestroError {
  return new MaestroError({ code: "file_failed", message: `${path} ${problem}.`, facts: { path } });
}
