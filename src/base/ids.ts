import { createHash } from "node:crypto";
import type { Random } from "./random.ts";

/** A new identifier `<prefix>_<16 hex>`: 64 random bits, in no order. */
export function newId(random: Random, prefix: string): string {
  return `${prefix}_${random.hex(8)}`;
}

/** The first `length` (at most 64, default 16) hex characters of the SHA-256 of the text in UTF-8. */
export function shortHash(text: string, length = 16): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/**
 * A text as `lower-case-ascii` for file, folder and branch names, at most `max` (default 48) characters. Accents are dropped, everything else becomes
 * a hyphen. Never empty: a text without any ASCII letter or digit gives its hash. Different texts may give the same slug.
 */
export function slug(text: string, max = 48): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, max)
    .replace(/-$/, "");
  return plain === "" ? shortHash(text, Math.min(8, max)) : plain;
}

/** A mark that nobody can guess, of letters and digits: 96 random bits. */
export function newNonce(random: Random): string {
  return random.hex(12);
}
