import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { MaestroError } from "../base/errors.ts";

/** Where something is to be had. */
export type Source =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "git";
      readonly url: string;
      /** A branch, tag or commit; `null`: the remote's default branch. */
      readonly ref: string | null;
      /** Below the repository's root, with `/`; `null` for the root itself. */
      readonly subfolder: string | null;
    };

/** `owner/name`, which means GitHub as it does everywhere. */
const SHORTHAND = /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/;
const URL_LIKE = /^(https?|ssh|git|file):\/\//;
/** `user@host:path`, as SSH users write it. */
const SCP_LIKE = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:(?!\/\/)\S+$/;

/**
 * What a person means: a folder, a Git URL, or `owner/name`; behind `#` a branch, tag or commit, behind `//` in a URL a folder. A folder that is there
 * wins over the short form. Throws `bad_source`.
 */
export function parseSource(text: string, cwd: string): Source {
  const [, place = "", ref = null] = /^([^#]*)(?:#(.+))?$/.exec(text.trim()) ?? [];
  if (ref?.startsWith("-") === true) throw badSource(text, "a ref does not begin with a dash");
  if (URL_LIKE.test(place)) return gitSource(place, ref);
  if (SCP_LIKE.test(place)) return { kind: "git", url: place, ref, subfolder: null };
  const path = folderOf(place, cwd);
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw badSource(text, "it is a file, not a folder");
    if (ref === null) return { kind: "folder", path };
    return { kind: "git", url: path, ref, subfolder: null };
  }
  if (SHORTHAND.test(place)) return { kind: "git", url: `https://github.com/${place}.git`, ref, subfolder: null };
  throw badSource(text, "there is no such folder, and it is no Git URL");
}

function gitSource(place: string, ref: string | null): Source {
  const scheme = place.indexOf("://") + 3;
  const slashes = place.indexOf("//", scheme);
  if (slashes < 0) return { kind: "git", url: place, ref, subfolder: null };
  const subfolder = place.slice(slashes + 2).replace(/\/+$/, "");
  if (subfolder.split("/").includes("..")) throw badSource(place, 'the folder must not contain ".."');
  return { kind: "git", url: place.slice(0, slashes), ref, subfolder: subfolder === "" ? null : subfolder };
}

function folderOf(place: string, cwd: string): string {
  if (place === "~" || place.startsWith("~/")) return join(homedir(), place.slice(1));
  return isAbsolute(place) ? place : resolve(cwd, place);
}

function badSource(text: string, why: string): MaestroError {
  return new MaestroError({
    code: "bad_source",
    message: `"${text}" cannot be used as a source: ${why}.`,
    hint: "Give a folder (./plugins/x), a Git URL (https://host/owner/name.git//folder#ref), owner/name, or name@marketplace.",
    facts: { source: text },
  });
}
