import { isMaestroError } from "../base/errors.ts";
import { shortHash } from "../base/ids.ts";
import type { TreeMark } from "../model/tree-mark.ts";
import type { LaneGit } from "./parts.ts";

/** Whole files as context, so that white space can be compared over the ends of lines. */
const ALL_LINES = 1_000_000_000;
/** Longest difference that is looked through, bytes. */
const LONGEST = 64 * 1024 * 1024;

/** What a tree (or commit) differs in from the base, whatever the white space; `null`: in nothing. A difference that is too long to look through is told by the tree's name. */
export async function readTreeMark(
  git: LaneGit,
  base: string,
  tree: string,
  signal: AbortSignal,
): Promise<TreeMark | null> {
  const flags = ["-r", "-p", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"];
  try {
    const options = { maxOutputBytes: LONGEST };
    const { stdout } = await git.run(["diff-tree", ...flags, `-U${ALL_LINES}`, base, tree], signal, options);
    return markOf(stdout);
  } catch (error) {
    if (!isMaestroError(error) || error.code !== "git_failed") throw error;
    return { content: tree, change: tree };
  }
}

interface FileDifference {
  /** What is neither content nor a place in it: the names, modes, and for binary files what they are. */
  readonly head: string[];
  readonly before: string[];
  readonly after: string[];
  readonly removed: string[];
  readonly added: string[];
}

/** The mark of a unified diff with whole files as context. */
export function markOf(diff: string): TreeMark | null {
  const files = readFiles(diff).flatMap((file) => {
    const head = file.head.join("\n");
    const [before, after, removed, added] = [file.before, file.after, file.removed, file.added].map(withoutSpace);
    const isModeOrBinary = file.head.length > 1;
    return before === after && !isModeOrBinary ? [] : [{ head, after, removed, added }];
  });
  if (files.length === 0) return null;
  const content = files.map(({ head, after }) => `${head}\0${after}`);
  const change = files.map(({ head, removed, added }) => `${head}\0${removed}\0${added}`);
  return { content: `c${shortHash(content.join("\0\0"))}`, change: `d${shortHash(change.join("\0\0"))}` };
}

/** Lines of a head that tell more than where the file lies; of the blobs only binary files are told. */
const TELLING = /^(?:old mode|new mode) /;

function readFiles(diff: string): FileDifference[] {
  const files: FileDifference[] = [];
  let index = "";
  let isBody = false;
  for (const line of diff.split("\n")) {
    if (line.startsWith("diff --git ")) {
      files.push({ head: [line], before: [], after: [], removed: [], added: [] });
      isBody = false;
      continue;
    }
    const file = files.at(-1);
    if (file === undefined) continue;
    if (isBody) takeLine(file, line);
    else if (line.startsWith("index ")) index = line;
    else if (line.startsWith("@@ ")) isBody = true;
    else if (line.startsWith("Binary files ")) file.head.push(index);
    else if (TELLING.test(line)) file.head.push(line);
  }
  return files;
}

function takeLine(file: FileDifference, line: string): void {
  const text = line.slice(1);
  const sign = line.charAt(0);
  if (sign === " " || sign === "-") file.before.push(text);
  if (sign === " " || sign === "+") file.after.push(text);
  if (sign === "-") file.removed.push(text);
  if (sign === "+") file.added.push(text);
}

function withoutSpace(lines: readonly string[]): string {
  return lines.join("").replace(/\s+/g, "");
}
