import { isMaestroError } from "../base/errors.ts";
import type { Runtime } from "../contracts/runtime.ts";

/** The text of a file, `undefined` when nothing is there. Throws for everything else, a folder among it. */
export type ReadFile = (path: string) => Promise<string | undefined>;

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const REF_NAME = /^refs\/[^\s~^:?*[\\\p{Cc}]+$/u;
const MAX_DEPTH = 16;

/** Whether Git could have written a ref of this full name (git-check-ref-format(1)); such a name also stays inside the git dir. Pure. */
export function isRefName(name: string): boolean {
  const isPlain = name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
  return isPlain && REF_NAME.test(name) && !name.includes("..") && !name.includes("@{") && !name.endsWith(".");
}

/**
 * Where a ref of a git dir stands, read from its files in Git's own order (the loose file, then `packed-refs`), without a process. `undefined` when there
 * is no such ref; `null` when only Git can tell: a symbolic or damaged ref, another storage, a git dir that is gone. Never throws.
 */
export async function readRef(read: ReadFile, gitDir: string, name: string): Promise<string | undefined | null> {
  if (!isRefName(name)) return null;
  try {
    const loose = (await read(`${gitDir}/${name}`))?.trimEnd();
    if (loose !== undefined) return SHA.test(loose) ? loose : null;
    const packed = packedRef((await read(`${gitDir}/packed-refs`)) ?? "", name);
    if (packed !== undefined) return packed;
    // Whoever has no HEAD is no git dir, and one with this folder keeps its refs elsewhere.
    const [head, elsewhere] = [await read(`${gitDir}/HEAD`), await read(`${gitDir}/reftable/tables.list`)];
    return head === undefined || elsewhere !== undefined ? null : undefined;
  } catch {
    // Whatever stood in the way, Git can say more about it.
    return null;
  }
}

/** The commits that loose refs below a folder such as `refs/remotes/` stand on; `null` when only Git can tell all of them. Never throws. */
export async function readLooseRefs(runtime: Runtime, gitDir: string, folder: string): Promise<string[] | null> {
  try {
    if ((await runtime.stat(`${gitDir}/packed-refs`)) !== undefined) return null;
    if ((await runtime.stat(`${gitDir}/${folder}`)) === undefined) return [];
    const shas: string[] = [];
    for (const path of await filesBelow(runtime, `${gitDir}/${folder}`, MAX_DEPTH)) {
      const sha = (await runtime.readText(path)).trimEnd();
      if (!SHA.test(sha)) return null;
      shas.push(sha);
    }
    return shas;
  } catch {
    // As in readRef.
    return null;
  }
}

/** Reads files for `readRef` where a runtime reaches them. */
export function fileReader(runtime: Runtime): ReadFile {
  return async (path) => {
    try {
      return await runtime.readText(path);
    } catch (error) {
      if (isMaestroError(error) && error.code === "file_missing") return undefined;
      throw error;
    }
  };
}

function packedRef(text: string, name: string): string | undefined {
  const end = text.indexOf(` ${name}\n`);
  if (end < 0) return undefined;
  const sha = text.slice(text.lastIndexOf("\n", end) + 1, end);
  return SHA.test(sha) ? sha : undefined;
}

async function filesBelow(runtime: Runtime, folder: string, depth: number): Promise<string[]> {
  const files: string[] = [];
  for (const { name, kind } of await runtime.list(folder)) {
    const path = `${folder}/${name}`;
    if (kind === "directory" && depth > 0) files.push(...(await filesBelow(runtime, path, depth - 1)));
    // What Git passes over too: locks, and drafts of a file that is being written.
    else if (!name.endsWith(".lock") && !name.startsWith(".")) files.push(path);
  }
  return files;
}
