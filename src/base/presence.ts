import { access } from "node:fs/promises";
import { basename } from "node:path";
import { MaestroError, systemCode } from "./errors.ts";

/** Whether something is at the path. Only "nothing there" is absence: every other error is thrown as MaestroError `path_unreadable`. */
export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw new MaestroError({
      code: "path_unreadable",
      message: `${basename(path)} cannot be looked at: ${path}`,
      facts: { path, errno: systemCode(error) ?? null },
      cause: error,
    });
  }
}
