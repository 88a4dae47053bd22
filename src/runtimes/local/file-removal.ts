import { chmod, lstat, readdir, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../base/errors.ts";

/** A process that is just ending may still write into the tree. */
const RETRIES = { maxRetries: 5, retryDelay: 50 };

/**
 * Removes a file or tree without following any link. Folders without write permission, as package caches have them, are made writable
 * first: they are ours to remove.
 */
export async function removeTree(path: string): Promise<void> {
  if (await removeAtOnce(path)) return;
  try {
    await rm(path, { recursive: true, force: true, ...RETRIES });
  } catch (error) {
    if (!["EACCES", "EPERM"].includes(systemCode(error) ?? "")) throw error;
    await makeWritable(path);
    await rm(path, { recursive: true, force: true, ...RETRIES });
  }
}

/** A file, a link or an empty folder: most of what is removed, for a third of the system calls. */
async function removeAtOnce(path: string): Promise<boolean> {
  for (const remove of [unlink, rmdir]) {
    try {
      await remove(path);
      return true;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return true;
    }
  }
  return false;
}

async function makeWritable(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(path, entry.name));
  }
}
