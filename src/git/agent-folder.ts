import { isMaestroError, MaestroError } from "../base/errors.ts";
import type { Runtime } from "../contracts/runtime.ts";

/** `git_unsafe_workspace`: something an agent left would lead the host outside the workspace. */
export function unsafe(path: string, problem: string): MaestroError {
  return new MaestroError({
    code: "git_unsafe_workspace",
    message: `The host does not follow what an agent left: ${path} ${problem}.`,
    hint: "Look at the workspace and mend it, or remove it: what is in it is salvaged first.",
    facts: { path, problem },
  });
}

/**
 * What is at a path below a folder that an agent writes to, `undefined` when nothing is. Throws `git_unsafe_workspace` when the path or a folder on the
 * way is a link or a device.
 */
export async function lookWithin(
  runtime: Runtime,
  root: string,
  relative: string,
): Promise<"file" | "directory" | undefined> {
  let path = root;
  let kind: "file" | "directory" | undefined = "directory";
  for (const part of relative.split("/")) {
    if (kind !== "directory") return undefined;
    path = `${path}/${part}`;
    const found = await runtime.stat(path);
    if (found === undefined) return undefined;
    if (found.kind === "link" || found.kind === "other") throw unsafe(path, `is a ${found.kind}`);
    kind = found.kind;
  }
  return kind;
}

/** The text of a small file below a folder that an agent writes to; `undefined` when there is no such file. Throws `git_unsafe_workspace`. */
export async function readWithin(runtime: Runtime, root: string, relative: string): Promise<string | undefined> {
  if ((await lookWithin(runtime, root, relative)) !== "file") return undefined;
  try {
    return await runtime.readText(`${root}/${relative}`);
  } catch (error) {
    if (isMaestroError(error) && error.code === "file_missing") return undefined;
    throw error;
  }
}

/**
 * Writes a file below a folder that an agent writes to, unless it says so already. Not forced to the disk: what agents and Git put beside it is not
 * either. Throws `git_unsafe_workspace` when something else is in the way.
 */
export async function writeWithin(runtime: Runtime, root: string, relative: string, text: string): Promise<void> {
  const parts = relative.split("/");
  for (let count = 1; count <= parts.length; count += 1) {
    const wanted = count === parts.length ? "file" : "directory";
    const part = parts.slice(0, count).join("/");
    const found = await runtime.stat(`${root}/${part}`);
    if (found === undefined) break;
    if (found.kind === "link" || found.kind === "other") throw unsafe(`${root}/${part}`, `is a ${found.kind}`);
    if (found.kind !== wanted) throw unsafe(`${root}/${part}`, `is in the way of ${relative}`);
    if (wanted === "directory" || found.size !== Buffer.byteLength(text)) continue;
    if ((await runtime.readText(`${root}/${part}`)) === text) return;
  }
  await runtime.writeText(`${root}/${relative}`, text, { durable: false });
}

/** Removes a file below a folder that an agent writes to. Throws `git_unsafe_workspace` when the way leads outside. */
export async function removeWithin(runtime: Runtime, root: string, relative: string): Promise<void> {
  const folder = relative.split("/").slice(0, -1).join("/");
  if (folder !== "" && (await lookWithin(runtime, root, folder)) !== "directory") return;
  await runtime.remove(`${root}/${relative}`);
}
