import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseDiff } from "../../src/dashboard/issue/diff-text.ts";

/** What Git itself writes for the way from one set of files to another. */
function gitDiff(
  before: Readonly<Record<string, string | Buffer>>,
  after: Readonly<Record<string, string | Buffer>>,
): string {
  const folder = mkdtempSync(join(tmpdir(), "maestro-diff-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
    });
  git("init", "--quiet");
  for (const [name, text] of Object.entries(before)) writeFileSync(join(folder, name), text);
  git("add", "--all");
  const tree = git("write-tree").trim();
  for (const name of Object.keys(before)) rmSync(join(folder, name));
  for (const [name, text] of Object.entries(after)) writeFileSync(join(folder, name), text);
  git("add", "--all");
  return git("diff", "--cached", "--find-renames", tree);
}

const TEN = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join("");

describe("a diff that Git wrote", () => {
  it("has each line with its numbers on both sides", () => {
    const [file] = parseDiff(gitDiff({ "a.txt": TEN }, { "a.txt": TEN.replace("line 5\n", "five\nand more\n") }));
    expect(file).toMatchObject({ path: "a.txt", from: null, change: "changed", added: 2, removed: 1, isBinary: false });
    const lines = file?.hunks.flatMap((hunk) => hunk.lines) ?? [];
    expect(lines.map(({ kind, old, new: now, text }) => `${kind} ${old} ${now} ${text}`)).toEqual([
      "same 2 2 line 2",
      "same 3 3 line 3",
      "same 4 4 line 4",
      "removed 5 null line 5",
      "added null 5 five",
      "added null 6 and more",
      "same 6 7 line 6",
      "same 7 8 line 7",
      "same 8 9 line 8",
    ]);
  });

  it("tells new, removed, renamed and binary files apart, also with unusual names", () => {
    const files = parseDiff(
      gitDiff(
        { "gone.txt": "x\n", "old name.txt": TEN, "data.bin": Buffer.from([0, 1, 2]) },
        { 'größer "1".txt': "y\n", "new name.txt": `${TEN}more\n`, "data.bin": Buffer.from([0, 3]) },
      ),
    );
    const told = files.map(({ path, from, change, isBinary }) => ({ path, from, change, isBinary }));
    expect(told.sort((left, right) => left.path.localeCompare(right.path))).toEqual([
      { path: "data.bin", from: null, change: "changed", isBinary: true },
      { path: "gone.txt", from: null, change: "removed", isBinary: false },
      { path: 'größer "1".txt', from: null, change: "added", isBinary: false },
      { path: "new name.txt", from: "old name.txt", change: "renamed", isBinary: false },
    ]);
  });

  it("is not fooled by lines that look like a diff", () => {
    const text = "-- a/x\n++ b/y\n@@ -1 +1 @@\ndiff --git a/q b/q\n\\ No newline at end of file\n";
    const [file, ...others] = parseDiff(gitDiff({ "a.txt": "one\n" }, { "a.txt": text }));
    expect(others).toEqual([]);
    expect(file).toMatchObject({ path: "a.txt", added: 5, removed: 1 });
    const added = file?.hunks.flatMap((hunk) => hunk.lines).filter(({ kind }) => kind === "added") ?? [];
    expect(added.map((line) => `${line.text}\n`).join("")).toBe(text);
  });

  it("says where the last line has no end", () => {
    const [file] = parseDiff(gitDiff({ "a.txt": "one\n" }, { "a.txt": "one" }));
    expect(file?.hunks[0]?.lines.at(-1)).toMatchObject({ kind: "note", text: "No newline at end of file" });
  });
});

it("no text at all breaks the reading", () => {
  fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseDiff(`diff --git a/x b/x\n@@ -1 +1 @@\n${text}`))));
  expect(parseDiff("")).toEqual([]);
});
