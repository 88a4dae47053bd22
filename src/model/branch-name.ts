import { shortHash } from "../base/ids.ts";

/** Longest name that `branchName` gives, in characters. File systems and forges allow more; tables and people do not. */
export const MAX_BRANCH_NAME = 96;

const HASH_LENGTH = 8;

/** Leaves room for a hash, a lane and some of the identifier. */
const MAX_PREFIX = MAX_BRANCH_NAME - 40;

/**
 * The branch of an issue's lane: the prefix, the identifier as a slug, and `-2` … for the lanes after the first. An identifier that lost more than its
 * upper case, or whose lanes could be taken for those of another one, carries 8 hex characters of its hash, so that two issues never share a branch
 * (those whose identifiers differ in case only do). Whatever the arguments, `git check-ref-format --branch` accepts the name; the prefix keeps its
 * case, with what Git or a shell might stumble over turned into hyphens.
 */
export function branchName(prefix: string, identifier: string, ordinal: number): string {
  const start = cleanPrefix(prefix);
  const lane = ordinal >= 2 ? `-${ordinal}` : "";
  const plain = slugOf(identifier);
  const room = MAX_BRANCH_NAME - start.length - lane.length;
  if (plain === identifier.toLowerCase() && plain.length <= room && !isAmbiguous(plain, ordinal)) {
    return `${start}${plain}${lane}`;
  }
  const hash = shortHash(identifier, HASH_LENGTH);
  const cut = plain.slice(0, room - HASH_LENGTH - 1).replace(/-+$/, "");
  return `${start}${cut === "" ? "" : `${cut}-`}${hash}${lane}`;
}

/**
 * `abc-1-2` may be the second lane of `abc-1`, and `fix-2` that of `fix`. Names with one trailing number are what trackers give, so those stay plain
 * and the others yield; likewise what ends like a hash of ours.
 */
function isAmbiguous(plain: string, ordinal: number): boolean {
  if (plain === "" || /(?:^|-)\d+-\d+$/.test(plain) || /(?:^|-)[0-9a-f]{8}(?:-\d+)?$/.test(plain)) return true;
  return ordinal >= 2 && !/(?:^|-)\d+$/.test(plain);
}

function cleanPrefix(prefix: string): string {
  return prefix
    .replace(/[^A-Za-z0-9/_-]+/g, "-")
    .replace(/\/{2,}/g, "/")
    .replace(/^[-/]+/, "")
    .slice(0, MAX_PREFIX);
}

function slugOf(identifier: string): string {
  return identifier
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
