import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { git, newFolder, say, script } from "./ground.ts";

/** A repository with one commit on main. */
async function repository(): Promise<string> {
  const root = newFolder();
  await git(root, "init", "--quiet");
  await commit(root, "README.md", "A project.\n", "Begin");
  return root;
}

async function commit(root: string, file: string, text: string, message: string): Promise<void> {
  writeFileSync(join(root, file), text);
  await git(root, "add", "--all");
  await git(root, "commit", "--quiet", "-m", message);
}

describe("commit: check-commit.sh", () => {
  it("finds nothing in a good commit, also in the first one", async () => {
    const root = await repository();
    expect(await script(root, "commit/check-commit.sh")).toMatchObject({
      code: 0,
      text: expect.stringContaining("nothing found in"),
    });
    await commit(root, "a.ts", "export const a = 1;\n", "Say one thing\n\nBecause it was missing.");
    expect((await script(root, "commit/check-commit.sh", "HEAD")).code).toBe(0);
  });

  // Put together here, so that nobody takes this file for one that holds a secret.
  const key = `-----BEGIN ${"RSA PRIVATE"} KEY-----\n`;
  const token = `token = ghp_${"a1".repeat(15)}\n`;
  it.each([
    ["a subject that is too long", "a.txt", "a\n", "x".repeat(73), "subject: 73 characters"],
    ["a full stop", "a.txt", "a\n", "Say it.", "ends with a full stop"],
    ["work in progress", "a.txt", "a\n", "WIP all", "unfinished commit"],
    ["a second line that is not blank", "a.txt", "a\n", "Say it\nat once", "second line is not blank"],
    ["blanks at the end of a line", "a.txt", "a  \n", "Say it", "trailing whitespace"],
    ["a private key", "key.pem", key, "Say it", "secret: a private key"],
    ["a token", "a.txt", token, "Say it", "looks like a token"],
    ["a large file", "a.bin", "a".repeat(1_000_001), "Say it", "large file: a.bin (1000001 bytes)"],
  ])("tells %s", async (_, file, text, message, finding) => {
    const root = await repository();
    writeFileSync(join(root, file), text);
    writeFileSync(join(root, ".git/MESSAGE"), message);
    await git(root, "add", "--all");
    await git(root, "commit", "--quiet", "--cleanup=verbatim", "-F", ".git/MESSAGE");
    expect(await script(root, "commit/check-commit.sh")).toMatchObject({
      code: 1,
      text: expect.stringContaining(finding),
    });
  });

  it("says when there is no such commit", async () => {
    expect(await script(await repository(), "commit/check-commit.sh", "nothing")).toMatchObject({ code: 2 });
  });
});

describe("pull: conflict.sh", () => {
  it("tells both sides of a conflict, and when there is none", async () => {
    const root = await repository();
    expect(await script(root, "pull/conflict.sh", "README.md")).toMatchObject({
      code: 1,
      text: "no merge is under way",
    });
    await git(root, "switch", "--quiet", "-c", "theirs");
    await commit(root, "README.md", "Theirs.\n", "Say it their way");
    await git(root, "switch", "--quiet", "main");
    await commit(root, "README.md", "Ours.\n", "Say it our way");
    expect((await say(root, "git", "merge", "theirs")).code).toBe(1);
    const { code, text } = await script(root, "pull/conflict.sh", "README.md");
    expect(code).toBe(0);
    expect(text).toMatch(/== ours \(HEAD\)\n.*Say it our way[\s\S]*== theirs \(MERGE_HEAD\)\n.*Say it their way/);
    expect(text).toContain("<<<<<<< HEAD");
    expect((await script(root, "pull/conflict.sh")).code).toBe(2);
  });
});

describe("push: check-push.sh and land: check-landed.sh", () => {
  it("ask the remote, and tell a merge, a squash and a rebase from what is missing", async () => {
    const [root, remote] = [await repository(), newFolder()];
    await git(remote, "init", "--quiet", "--bare");
    await git(root, "remote", "add", "origin", remote);
    expect(await script(root, "push/check-push.sh")).toMatchObject({
      code: 1,
      text: expect.stringContaining("has no such branch"),
    });
    await git(root, "push", "--quiet", "origin", "main");
    expect(await script(root, "push/check-push.sh")).toMatchObject({
      code: 0,
      text: expect.stringContaining("origin holds main at"),
    });
    await git(root, "switch", "--quiet", "-c", "work");
    await commit(root, "a.txt", "a\n", "Add a");
    await commit(root, "b.txt", "b\n", "Add b");
    expect((await script(root, "push/check-push.sh", "/nowhere")).code).toBe(2);
    expect(await script(root, "land/check-landed.sh", "work", "main")).toMatchObject({
      code: 1,
      text: expect.stringContaining("2 commits"),
    });

    await git(root, "switch", "--quiet", "main");
    await commit(root, "c.txt", "c\n", "Add c");
    await git(root, "branch", "before");
    await git(root, "merge", "--quiet", "--squash", "work");
    await git(root, "commit", "--quiet", "-m", "Add a and b");
    expect(await script(root, "land/check-landed.sh", "work", "main")).toMatchObject({
      code: 0,
      text: expect.stringContaining("squashed"),
    });
    await git(root, "switch", "--quiet", "-c", "rebased", "before");
    await git(root, "cherry-pick", "work~2..work");
    expect(await script(root, "land/check-landed.sh", "work", "rebased")).toMatchObject({
      code: 0,
      text: expect.stringContaining("rebased"),
    });
    await git(root, "switch", "--quiet", "main");
    await git(root, "reset", "--quiet", "--hard", "before");
    await git(root, "merge", "--quiet", "--no-edit", "work");
    expect(await script(root, "land/check-landed.sh", "work", "main")).toMatchObject({
      code: 0,
      text: expect.stringContaining("is part of the base"),
    });
    expect((await script(root, "land/check-landed.sh")).code).toBe(2);
  });
});

describe("debug: bisect.sh and repeat.sh", () => {
  it("finds the commit that broke it and leaves the work tree alone", async () => {
    const root = await repository();
    for (let at = 1; at <= 6; at += 1) await commit(root, "n.txt", `${at < 4 ? "good" : "bad"} ${at}\n`, `Step ${at}`);
    writeFileSync(join(root, "mine.txt"), "not committed\n");
    const { code, text } = await script(root, "debug/bisect.sh", "HEAD~5", "grep -q good n.txt");
    expect([code, text]).toEqual([0, expect.stringContaining("Step 4")]);
    expect(await git(root, "status", "--porcelain")).toBe("?? mine.txt");
    expect((await git(root, "worktree", "list")).split("\n")).toHaveLength(1);
    expect(await script(root, "debug/bisect.sh", "HEAD~5", "true")).toMatchObject({ code: 1 });
    expect(await script(root, "debug/bisect.sh", "HEAD", "false")).toMatchObject({ code: 1 });
    expect((await script(root, "debug/bisect.sh", "nothing", "true")).code).toBe(2);
  });

  it("counts failures and shows the first", async () => {
    const root = newFolder();
    const flaky = 'echo run >> runs; n=$(wc -l < runs); echo "at $n"; [ $((n % 3)) -ne 0 ]';
    expect(await script(root, "debug/repeat.sh", "7", "sh", "-c", flaky)).toMatchObject({
      code: 1,
      text: "== first failure, run 3\nat 3\n2 of 7 failed",
    });
    expect(await script(root, "debug/repeat.sh", "3", "true")).toEqual({ code: 0, text: "0 of 3 failed" });
    expect((await script(root, "debug/repeat.sh", "0", "true")).code).toBe(2);
  });
});

describe("handoff: ready.sh", () => {
  it("tells what stands in the way until nothing does", async () => {
    const root = await repository();
    await git(root, "switch", "--quiet", "-c", "work");
    expect(await script(root, "handoff/ready.sh", "main")).toMatchObject({ code: 1, text: "change: empty" });
    await commit(root, "a.txt", "a\n", "WIP a");
    writeFileSync(join(root, "b.txt"), "b\n");
    const unfit = await script(root, "handoff/ready.sh", "main");
    expect([unfit.code, unfit.text]).toEqual([1, expect.stringMatching(/tree: not clean[\s\S]*WIP a/)]);
    await git(root, "add", "--all");
    await git(root, "commit", "--quiet", "--amend", "-m", "Add a and b");
    expect(await script(root, "handoff/ready.sh", "main")).toMatchObject({
      code: 0,
      text: expect.stringContaining("ready: "),
    });
    await git(root, "switch", "--quiet", "main");
    await commit(root, "c.txt", "c\n", "Add c");
    await git(root, "switch", "--quiet", "work");
    expect((await script(root, "handoff/ready.sh", "main")).text).toContain("base: 1 commits behind");
    expect((await script(root, "handoff/ready.sh", "nothing")).code).toBe(2);
  });
});

describe("workpad: check-workpad.sh", () => {
  it("takes the skill's own form once it is filled in, and tells what does not belong there", async () => {
    const root = newFolder();
    const write = (text: string) => writeFileSync(join(root, "pad.md"), text);
    const good = "# Work\n\n## Plan\n\n- [x] Look\n- [ ] Mend\n\n## Checked\n\nnpm test\n";
    write(good);
    expect(await script(root, "workpad/check-workpad.sh", "pad.md")).toEqual({ code: 0, text: "fit to post" });
    write(readFileSync("skills/workpad/assets/workpad.md", "utf8"));
    expect((await script(root, "workpad/check-workpad.sh", "pad.md")).code).toBe(0);
    write(`${good}\n## Diary\n\nSee ${["", "home", "me"].join("/")}/notes\n`);
    const { code, text } = await script(root, "workpad/check-workpad.sh", "pad.md");
    expect([code, text]).toEqual([1, expect.stringMatching(/parts: unknown: ## Diary[\s\S]*a path of a machine/)]);
    write("# Work\n");
    expect((await script(root, "workpad/check-workpad.sh", "pad.md")).text).toContain('there is no part "## Plan"');
    expect((await script(root, "workpad/check-workpad.sh", "nowhere.md")).code).toBe(2);
  });
});
