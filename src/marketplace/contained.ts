import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";

/** Why a path of a manifest cannot be used, or its real place. */
export type Containment =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly message: string };

/** A path that a manifest names: it begins with `./`, is there, and lies inside the folder also after links were followed. */
export async function contain(root: string, named: string): Promise<Containment> {
  if (!named.startsWith("./")) return { ok: false, message: 'must begin with "./"' };
  if (named.split(/[\\/]/).includes("..")) return { ok: false, message: 'must not contain ".."' };
  const real = await realpath(resolve(root, named)).catch(() => undefined);
  if (real === undefined) return { ok: false, message: `"${named}" is not there` };
  if (!isInside(await realpath(root), real)) return { ok: false, message: `"${named}" leads out of the folder` };
  return { ok: true, path: real };
}

/** Whether `path` is `root` or lies below it; both real. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
