import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MaestroError, messageOf, systemCode, toMaestroError } from "./errors.ts";

/**
 * Makes sure that a folder exists, with its parents; `mode` (default 0777 less the umask) is for those it makes. Node's recursive mkdir turns for ever
 * where a parent exists but refuses children with ENOENT (`/proc`, some mounts); this one ends. Rejects with MaestroError `disk_full`
 * or `folder_failed`.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await make(path, mode);
  } catch (error) {
    const known = toMaestroError(error, "folder_failed");
    if (known.code !== "folder_failed") throw known;
    throw new MaestroError({
      code: known.code,
      message: `The folder ${path} cannot be made: ${messageOf(error)}`,
      hint: "Make the place writable, or choose another one; `maestro doctor` shows where Maestro keeps things.",
      facts: known.facts,
      cause: error,
    });
  }
}

async function make(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, { mode });
    return;
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) {
      // Read-only systems name their own reason (EROFS, EACCES) even for a folder that is there.
      if (await isFolder(path)) return;
      throw error;
    }
  }
  await make(dirname(path), mode);
  await mkdir(path, { mode }).catch(async (error: unknown) => {
    // Somebody else may have made it in between.
    if (!(await isFolder(path))) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // The caller throws the reason why the folder could not be made, which says more.
    return false;
  }
}
