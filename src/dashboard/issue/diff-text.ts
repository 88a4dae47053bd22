/** One line of a hunk, with its numbers on either side. */
export interface DiffLine {
  readonly kind: "added" | "removed" | "same" | "note";
  readonly old: number | null;
  readonly new: number | null;
  readonly text: string;
}

/** A stretch of a file that differs, with the words after its `@@`. */
export interface DiffHunk {
  readonly heading: string;
  readonly lines: readonly DiffLine[];
}

/** A file of a diff. */
export interface DiffFile {
  readonly path: string;
  /** What it was called before; `null` when that did not change. */
  readonly from: string | null;
  readonly change: "added" | "removed" | "renamed" | "changed";
  readonly isBinary: boolean;
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly DiffHunk[];
}

/** Takes Git's unified diff apart. What it does not know it leaves out; it never throws. */
export function parseDiff(text: string): DiffFile[] {
  const parts = `\n${text}`.split("\ndiff --git ").slice(1);
  return parts.map((part) => readFile(part.replace(/\n$/, "").split("\n")));
}

function readFile([first = "", ...lines]: readonly string[]): DiffFile {
  const start = lines.findIndex((line) => line.startsWith("@@"));
  const head = start < 0 ? lines : lines.slice(0, start);
  const after = (prefix: string) => head.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  const oldPath = after("rename from ") ?? pathOf(after("--- "), "a/");
  const newPath = after("rename to ") ?? pathOf(after("+++ "), "b/");
  const hunks = start < 0 ? [] : readHunks(lines.slice(start));
  const all = hunks.flatMap((hunk) => hunk.lines);
  const isNew = head.some((line) => line.startsWith("new file"));
  const isGone = head.some((line) => line.startsWith("deleted file"));
  const isRenamed = oldPath !== null && newPath !== null && oldPath !== newPath;
  return {
    path: newPath ?? oldPath ?? unquote(/ "?b\/(.+?)"?$/.exec(first)?.[1] ?? first),
    from: isRenamed ? oldPath : null,
    change: isNew ? "added" : isGone ? "removed" : isRenamed ? "renamed" : "changed",
    isBinary: head.some((line) => /^(Binary files |GIT binary patch)/.test(line)),
    added: all.filter(({ kind }) => kind === "added").length,
    removed: all.filter(({ kind }) => kind === "removed").length,
    hunks,
  };
}

function readHunks(lines: readonly string[]): DiffHunk[] {
  const hunks: { heading: string; lines: DiffLine[] }[] = [];
  let before = 0;
  let now = 0;
  for (const line of lines) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/.exec(line);
    if (head !== null) {
      before = Number(head[1]);
      now = Number(head[2]);
      hunks.push({ heading: head[3] ?? "", lines: [] });
      continue;
    }
    const sign = line.charAt(0);
    const text = line.slice(1);
    const hunk = hunks.at(-1);
    if (sign === "+") hunk?.lines.push({ kind: "added", old: null, new: now++, text });
    else if (sign === "-") hunk?.lines.push({ kind: "removed", old: before++, new: null, text });
    else if (sign === "\\") hunk?.lines.push({ kind: "note", old: null, new: null, text: text.trim() });
    else if (sign === " ") hunk?.lines.push({ kind: "same", old: before++, new: now++, text });
  }
  return hunks;
}

/** The path of a `---` or `+++` line; `null` for the side that does not exist. */
function pathOf(written: string | undefined, prefix: string): string | null {
  if (written === undefined || written === "/dev/null") return null;
  const path = unquote(written.replace(/\t.*$/, ""));
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** Git puts unusual names in quotes, with octal bytes for what is not ASCII. */
function unquote(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path;
  const bytes: number[] = [];
  const text = path.slice(1, -1);
  for (const { 0: piece, 1: octal, 2: escaped } of text.matchAll(/\\([0-7]{3})|\\(.)|[^\\]/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...new TextEncoder().encode(escaped === "t" ? "\t" : escaped === "n" ? "\n" : (escaped ?? piece)));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
