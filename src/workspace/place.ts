import { posix } from "node:path";
import { MaestroError } from "../base/errors.ts";
import type { Runtime } from "../contracts/runtime.ts";
import type { WorkspacesOptions } from "./options.ts";

/** Where one workspace stands. */
export interface Place {
  readonly key: string;
  /** The real path of the workspace root. */
  readonly root: string;
  /** `<root>/<key>`; what stands there has to be checked before every use. */
  readonly path: string;
  /** Our own folder beside the workspaces. */
  readonly own: string;
}

/** Name of our own folder below the root. No key begins with a dot. */
export const OWN_FOLDER = ".maestro";
/** Others of this machine have no business in agents' folders (S-164). */
const PRIVATE = 0o700;

/**
 * The place of a key below the real root, which is made when missing. Links on the way to the root are fine, they are the operator's. Throws
 * `workspace_is_root` and `workspace_outside_root` for what is no folder name (S-162, S-163), `workspace_symlink` when our own folder was replaced.
 */
export async function openPlace({ runtime, root }: WorkspacesOptions, key: string): Promise<Place> {
  refuseKey(key);
  const { real, own } = await openRoot(runtime, root);
  return { key, root: real, path: posix.join(real, key), own };
}

/** The real root and our own folder in it, both made when missing. */
export async function openRoot(
  runtime: Runtime,
  root: string,
): Promise<{ readonly real: string; readonly own: string }> {
  await runtime.makeDirectory(root, { mode: PRIVATE });
  const real = await runtime.realPath(root);
  const own = posix.join(real, OWN_FOLDER);
  await runtime.makeDirectory(own, { mode: PRIVATE });
  if ((await runtime.stat(own))?.kind !== "directory") throw linkError(own);
  return { real, own };
}

/** Makes the workspace's folder. */
export async function makeFolder(runtime: Runtime, { path }: Place): Promise<void> {
  await runtime.makeDirectory(path, { mode: PRIVATE });
}

/** What stands at a workspace's path, links not followed. */
export type Found = "nothing" | "directory" | "link" | "other";

/** Looks at a workspace's path. */
export async function look(runtime: Runtime, { path }: Place): Promise<Found> {
  const kind = (await runtime.stat(path))?.kind;
  if (kind === undefined) return "nothing";
  return kind === "file" ? "other" : kind;
}

/**
 * The workspace's path, when a folder stands there that really lies where it seems to. Throws `workspace_symlink`,
 * `workspace_not_directory`, `workspace_outside_root`.
 */
export async function requireFolder(runtime: Runtime, place: Place): Promise<string> {
  const found = await look(runtime, place);
  if (found === "link") throw linkError(place.path);
  if (found !== "directory") throw missingError(place.path, found);
  const real = await runtime.realPath(place.path);
  if (real !== place.path) throw movedError(place.path, real);
  return real;
}

function refuseKey(key: string): void {
  const facts = { key };
  if (key === "" || key === ".") {
    throw new MaestroError({
      code: "workspace_is_root",
      message: "A workspace cannot be the workspace root itself.",
      facts,
    });
  }
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(key)) return;
  const message = `"${key}" is no folder name directly below the workspace root.`;
  throw new MaestroError({ code: "workspace_outside_root", message, facts });
}

/** The refusal to use a path at which a link stands. */
export function linkError(path: string): MaestroError {
  return new MaestroError({
    code: "workspace_symlink",
    message: `${path} is a symbolic link, not the folder that Maestro made.`,
    hint: `Look where it leads, remove the link (rm ${path}), then start the issue again.`,
    facts: { path },
  });
}

function missingError(path: string, found: Found): MaestroError {
  const message = found === "nothing" ? `There is no workspace at ${path}.` : `${path} is no folder.`;
  return new MaestroError({ code: "workspace_not_directory", message, facts: { path } });
}

function movedError(path: string, real: string): MaestroError {
  return new MaestroError({
    code: "workspace_outside_root",
    message: `${path} is really ${real}: the root was replaced, or two keys differ only by case on a file system that ignores it.`,
    facts: { path, real },
  });
}
