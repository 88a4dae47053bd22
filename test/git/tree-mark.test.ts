import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { markOf } from "../../src/git/tree-mark.ts";

const BASE = { "a.txt": "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n", "b.txt": "other\n" };

/** The mark of files over base files, as Git itself tells their difference. */
function markBetween(base: Record<string, string | Buffer>, now: Record<string, string | Buffer>) {
  const folder = mkdtempSync(join(tmpdir(), "maestro-mark-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@a", ...args], { cwd: folder, encoding: "utf8" });
  git("init", "-q");
  const commit = (files: Record<string, string | Buffer>): string => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", "x");
    return git("rev-parse", "HEAD").trim();
  };
  const [from, to] = [commit(base), commit(now)];
  const flags = ["-r", "-p", "--full-index", "--no-renames", "-U1000000000"];
  return markOf(git("diff-tree", ...flags, from, to));
}

const withLine = (text: string, at = 2): string => BASE["a.txt"].split("\n").toSpliced(at, 0, text).join("\n");

describe("the mark of a tree", () => {
  test("is the same for the same content, and another for another", () => {
    const first = markBetween(BASE, { "a.txt": withLine("new") });
    expect(first).not.toBeNull();
    expect(markBetween(BASE, { "a.txt": withLine("new") })).toEqual(first);
    expect(markBetween(BASE, { "a.txt": withLine("newer") })).not.toEqual(first);
    expect(markBetween(BASE, { "a.txt": withLine("new"), "b.txt": "changed\n" })).not.toEqual(first);
  });

  test.for([
    ["blanks at the end of lines", BASE["a.txt"].replaceAll("\n", "  \n")],
    ["empty lines", BASE["a.txt"].replaceAll("\n", "\n\n")],
    ["indentation", BASE["a.txt"].replaceAll(/^/gm, "\t")],
    ["lines that were joined", BASE["a.txt"].replaceAll("\n", " ")],
    ["a missing end", BASE["a.txt"].trimEnd()],
  ] as const)("is none for %s", ([, text]) => {
    expect(markBetween(BASE, { "a.txt": text })).toBeNull();
  });

  test("is none for a new file of nothing but blanks", () => {
    expect(markBetween(BASE, { "c.txt": "  \n\n" })).toBeNull();
  });

  test("stays the same when only white space is added to a change", () => {
    expect(markBetween(BASE, { "a.txt": withLine("  n e w\n\n") })?.content).toBe(
      markBetween(BASE, { "a.txt": withLine("new") })?.content,
    );
  });

  test("keeps its change when the base moves on elsewhere in the file", () => {
    const moved = (text: string) => text.replace("eight", "EIGHT");
    const before = markBetween(BASE, { "a.txt": withLine("new") });
    const after = markBetween({ ...BASE, "a.txt": moved(BASE["a.txt"]) }, { "a.txt": moved(withLine("new")) });
    expect(after?.content).not.toBe(before?.content);
    expect(after?.change).toBe(before?.change);
  });

  test("tells binary files by what they are", () => {
    const binary = (last: number) => ({ "c.bin": Buffer.from([0, 1, 2, last]) });
    expect(markBetween(BASE, binary(1))).not.toEqual(markBetween(BASE, binary(2)));
    expect(markBetween(BASE, binary(1))).toEqual(markBetween(BASE, binary(1)));
  });

  test("is none for no difference", () => {
    expect(markOf("")).toBeNull();
  });
});
