import { shortHash } from "../base/ids.ts";

/** Longest key in bytes; file systems take 255, and what is derived from a key (state, trash, branches) needs some. */
const LONGEST = 100;
/** 64 bits (S-022). */
const HASH_CHARACTERS = 16;

/**
 * The folder name of an issue's workspace (S-021…S-023): characters other than `[A-Za-z0-9._-]` become `_`; an identifier that this changed gets
 * `--<16 hex of its SHA-256>`, every other keeps its plain text. Distinct identifiers have distinct keys.
 *
 * Beyond the specification these are changed, and hashed, too: an identifier that begins with a dot (`.`, `..`, hidden folders, our own `.maestro`), an empty one,
 * one of more than 100 bytes, one that looks like somebody else's hashed key, and one that differs from a key in `taken` only by case, which case-folding
 * file systems take for the same.
 */
export function workspaceKey(identifier: string, taken: Iterable<string> = []): string {
  const plain = identifier.replace(/[^A-Za-z0-9._-]/gu, "_").replace(/^\.+/, (dots) => "_".repeat(dots.length));
  const isKept = plain === identifier && isUnmistakable(plain) && !foldsInto(plain, taken);
  if (isKept) return plain;
  const suffix = `--${shortHash(identifier, HASH_CHARACTERS)}`;
  return `${(plain === "" ? "_" : plain).slice(0, LONGEST - suffix.length)}${suffix}`;
}

function isUnmistakable(plain: string): boolean {
  return plain !== "" && plain.length <= LONGEST && !/--[0-9a-f]{16}$/i.test(plain);
}

function foldsInto(key: string, taken: Iterable<string>): boolean {
  for (const other of taken) if (other !== key && other.toLowerCase() === key.toLowerCase()) return true;
  return false;
}
