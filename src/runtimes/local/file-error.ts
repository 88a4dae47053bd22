import { MaestroError, systemCode, toMaestroError } from "../../base/errors.ts";

const CODES: Readonly<Record<string, string>> = {
  ENOENT: "file_missing",
  EACCES: "file_denied",
  EPERM: "file_denied",
  EROFS: "file_denied",
  EEXIST: "file_exists",
  ENOTEMPTY: "file_exists",
};

const WORDS: Readonly<Record<string, string>> = {
  file_missing: "There is nothing at",
  file_denied: "There is no permission for",
  file_exists: "There is something already at",
  file_failed: "The system refused",
};

/** What the system answered about a path, as one of the runtime's codes: `disk_full` for ENOSPC, EDQUOT and EFBIG, else `file_…`. */
export function fileError(path: string, error: unknown): MaestroError {
  const code = CODES[systemCode(error) ?? ""] ?? "file_failed";
  const known = toMaestroError(error, code);
  if (known.code !== code || known === error) return known;
  const reason = code === "file_failed" ? ` (${known.message})` : "";
  return new MaestroError({
    code,
    message: `${WORDS[code] ?? code} ${path}${reason}.`,
    facts: { ...known.facts, path },
    cause: error,
  });
}

/** Runs one file operation; what it throws becomes one of the runtime's codes. */
export async function onFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(path, error);
  }
}
