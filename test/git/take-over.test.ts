import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHostGit, type LaneTree } from "../../src/git/index.ts";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const take = (lane: LaneTree, message = "ABC-1: do it\n") => project.host.takeOver(lane, { message }, project.signal);
/** What a look found, with the paths of the files alone. */
const taking = async (lane: LaneTree) => {
  const taken = await take(lane);
  return { ...taken, files: taken.files.map(({ path }) => path) };
};

describe.each(["worktree", "clone"] as const)("takeOver of a %s", (strategy) => {
  let lane: LaneTree;
  let baseSha: string;
  beforeEach(async () => {
    lane = project.lane("ABC-1", strategy);
    ({ baseSha } = await project.host.prepare(lane, project.signal));
  });

  test("commits what is new, changed and deleted, as the host, and leaves the agent's status clean", async () => {
    project.write(lane.path, {
      "new dir/ü.txt": "new\n",
      "src/a.txt": "changed\n",
      "x.log": "no\n",
      "build/o": "no\n",
    });
    rmSync(join(lane.path, "readme.md"));
    const taken = await take(lane);
    expect(taken).toMatchObject({ baseSha, changed: true });
    expect(taken.files).toEqual([
      { path: "new dir/ü.txt", added: 1, removed: 0 },
      { path: "readme.md", added: 0, removed: 1 },
      { path: "src/a.txt", added: 1, removed: 1 },
    ]);
    const show = project.git(lane.path, "log", "-1", "--format=%H|%P|%an <%ae>|%cn <%ce>|%B");
    expect(show.trim()).toBe(
      `${taken.headSha}|${baseSha}|Maestro <maestro@example.org>|Maestro <maestro@example.org>|ABC-1: do it`,
    );
    expect(project.git(lane.path, "status", "--porcelain", "--branch")).toBe("## maestro/abc-1\n");
    expect(project.git(lane.path, "fsck", "--strict")).toBe("");
    expect(await take(lane)).toEqual(taken);
  });

  test("counts the lines of names that look like counts, and none of a binary or merely executable file", async () => {
    project.write(lane.path, { ":1\t2\tx": "a\nb\n", binary: "\u0000\u0001" });
    chmodSync(join(lane.path, "src/a.txt"), 0o755);
    expect((await take(lane)).files).toEqual([
      { path: ":1\t2\tx", added: 2, removed: 0 },
      { path: "binary", added: null, removed: null },
      { path: "src/a.txt", added: 0, removed: 0 },
    ]);
  });

  test("an untouched tree is no change", async () => {
    expect(await take(lane)).toEqual({ headSha: baseSha, baseSha, changed: false, files: [], mark: null });
  });

  test("work that was undone again is no change, however many commits it took", async () => {
    project.write(lane.path, { "src/a.txt": "changed\n" });
    await take(lane);
    project.write(lane.path, { "src/a.txt": "a\n" });
    const taken = await take(lane);
    expect(taken.headSha).not.toBe(baseSha);
    expect(taken).toMatchObject({ changed: false, files: [] });
  });

  test("takes modes, links and a file that became a folder", async () => {
    writeFileSync(join(lane.path, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    symlinkSync("/etc/passwd", join(lane.path, "link"));
    rmSync(join(lane.path, "readme.md"));
    project.write(lane.path, { "readme.md/inner.txt": "inner\n" });
    rmSync(join(lane.path, "src"), { recursive: true });
    symlinkSync("/etc", join(lane.path, "src"));
    const { headSha } = await take(lane);
    const modes = project.git(lane.path, "ls-tree", "-r", "--format=%(objectmode) %(path)", headSha).trim().split("\n");
    expect(modes).toEqual([
      "100644 .gitignore",
      "120000 link",
      "100644 readme.md/inner.txt",
      "100755 run.sh",
      "120000 src",
    ]);
  });

  test("takes the files of a repository that the agent made inside, never a link to it", async () => {
    for (const folder of ["vendor/lib", "vendor/lib/deeper", "src/a.txt"]) {
      rmSync(join(lane.path, folder), { force: true });
      mkdirSync(join(lane.path, folder), { recursive: true });
      project.git(join(lane.path, folder), "init", "-q");
      project.write(join(lane.path, folder), { "inner.txt": "inner\n", "inner.log": "ignored by the root\n" });
    }
    project.git(join(lane.path, "vendor/lib"), "add", "inner.txt");
    project.git(join(lane.path, "vendor/lib"), "commit", "-q", "-m", "inner");
    const taken = await taking(lane);
    expect(taken.files).toEqual([
      "src/a.txt",
      "src/a.txt/inner.txt",
      "vendor/lib/deeper/inner.txt",
      "vendor/lib/inner.txt",
    ]);
    expect(project.git(lane.path, "ls-tree", "-r", taken.headSha)).not.toContain("160000");
  });

  test("keeps a submodule of the base as it is and looks into nothing of it", async () => {
    project.git(project.root, "clone", "-q", project.remote, "with-sub");
    const folder = join(project.root, "with-sub");
    project.git(folder, "update-index", "--add", "--cacheinfo", `160000,${baseSha},sub`);
    project.git(folder, "commit", "-q", "-m", "sub");
    project.git(folder, "push", "-q", "origin", "main");
    const other = project.lane("ABC-2", strategy);
    await project.host.prepare(other, project.signal);
    mkdirSync(join(other.path, "sub"), { recursive: true });
    project.git(join(other.path, "sub"), "init", "-q");
    // A broken config shows that it is not read.
    project.write(other.path, { "sub/.git/config": "[broken", "new.txt": "new\n" });
    expect((await taking(other)).files).toEqual(["new.txt"]);
  });

  test("dates the commit by the clock that it was given", async () => {
    const clock = new VirtualClock();
    const host = createHostGit({ ...project.options, clock });
    project.write(lane.path, { "new.txt": "new\n" });
    const { headSha } = await host.takeOver(lane, { message: "x\n" }, project.signal);
    expect(project.git(lane.path, "log", "-1", "--format=%at %ct", headSha)).toBe(
      `${Date.UTC(2026, 0, 1) / 1000} ${Date.UTC(2026, 0, 1) / 1000}\n`,
    );
  });
});

describe("the agent's own commits", () => {
  test("are the branch's history in a clone, with the rest as one commit of the host on top", async () => {
    const lane = project.lane("ABC-1", "clone");
    await project.host.prepare(lane, project.signal);
    project.write(lane.path, { "one.txt": "1\n" });
    project.git(lane.path, "add", "-A");
    project.git(lane.path, "commit", "-q", "-m", "own");
    project.git(lane.path, "pack-refs", "--all");
    project.write(lane.path, { "two.txt": "2\n" });
    const taken = await taking(lane);
    expect(taken.files).toEqual(["one.txt", "two.txt"]);
    expect(project.git(lane.path, "log", "--format=%s|%an")).toBe(
      "ABC-1: do it|Maestro\nown|Maestro\nfirst|Person\n".replace("own|Maestro", "own|Person"),
    );
    expect(await project.host.push(lane.branch, taken.headSha, null, project.signal)).toBe("pushed");
  });

  test("do not count in a worktree, only the files do", async () => {
    const lane = project.lane("ABC-1");
    const { baseSha } = await project.host.prepare(lane, project.signal);
    project.write(lane.path, { "one.txt": "1\n" });
    project.git(lane.path, "add", "-A");
    project.git(lane.path, "commit", "-q", "-m", "own");
    const taken = await taking(lane);
    expect(project.git(lane.path, "log", "-1", "--format=%P %s").trim()).toBe(`${baseSha} ABC-1: do it`);
    expect(taken.files).toEqual(["one.txt"]);
  });

  test.each([
    ["on a branch of the agent's", ["checkout", "-q", "-b", "mine"]],
    ["on a detached HEAD", ["checkout", "-q", "--detach"]],
  ])("count %s that went ahead", async (_, leave) => {
    const lane = project.lane("ABC-1", "clone");
    await project.host.prepare(lane, project.signal);
    project.git(lane.path, ...leave);
    project.git(lane.path, "commit", "-q", "--allow-empty", "-m", "own");
    const own = project.git(lane.path, "rev-parse", "HEAD").trim();
    expect((await take(lane)).headSha).toBe(own);
    expect(project.git(lane.path, "symbolic-ref", "HEAD").trim()).toBe("refs/heads/maestro/abc-1");
  });

  test("are not confused with the files of another commit", async () => {
    const lane = project.lane("ABC-1", "clone");
    const { baseSha } = await project.host.prepare(lane, project.signal);
    project.write(lane.path, { "one.txt": "1\n" });
    project.git(lane.path, "add", "-A");
    project.git(lane.path, "commit", "-q", "-m", "own");
    project.git(lane.path, "checkout", "-q", baseSha);
    await expect(take(lane)).rejects.toMatchObject({ code: "git_wrong_head" });
  });

  test("may not hold a repository of their own as a link", async () => {
    const lane = project.lane("ABC-1", "clone");
    const { baseSha } = await project.host.prepare(lane, project.signal);
    project.git(lane.path, "update-index", "--add", "--cacheinfo", `160000,${baseSha},nested`);
    project.git(lane.path, "commit", "-q", "-m", "own");
    await expect(take(lane)).rejects.toMatchObject({ code: "git_nested_repository", facts: { path: "nested" } });
  });

  test("are refused when objects are missing", async () => {
    const lane = project.lane("ABC-1", "clone");
    await project.host.prepare(lane, project.signal);
    project.write(lane.path, { ".git/refs/heads/maestro/abc-1": `${"1".repeat(40)}\n` });
    await expect(take(lane)).rejects.toMatchObject({ code: "git_failed" });
  });

  test("are refused when they are malformed", async () => {
    const lane = project.lane("ABC-1", "clone");
    const { baseSha } = await project.host.prepare(lane, project.signal);
    const tree = project.git(lane.path, "rev-parse", `${baseSha}^{tree}`).trim();
    project.write(lane.path, { "../commit": `tree ${tree}\nauthor nobody\ncommitter nobody\n\nbad\n` });
    const bad = project.git(lane.path, "hash-object", "-w", "-t", "commit", "--literally", "../commit").trim();
    project.write(lane.path, { ".git/refs/heads/maestro/abc-1": `${bad}\n` });
    await expect(take(lane)).rejects.toMatchObject({
      code: "git_failed",
      facts: { stderr: expect.stringMatching(/fsck/) },
    });
  });
});

describe("what would lead the host outside is refused", () => {
  const outside = () => {
    const folder = join(project.root, "outside");
    project.git(project.root, "init", "-q", "-b", "main", folder);
    project.write(folder, { "secret.txt": "secret\n" });
    project.git(folder, "add", "-A");
    project.git(folder, "commit", "-q", "-m", "secret");
    return folder;
  };
  const own = (lane: LaneTree) => project.git(lane.path, "commit", "-q", "--allow-empty", "-m", "own");

  test.each<[string, (lane: LaneTree) => void]>([
    ["a .git that is a link", (lane) => relink(join(lane.path, ".git"), join(outside(), ".git"))],
    [
      "an object folder that is a link",
      (lane) => relink(join(lane.path, ".git/objects"), join(outside(), ".git/objects")),
    ],
    [
      "a pack folder that is a link",
      (lane) => relink(join(lane.path, ".git/objects/pack"), join(outside(), ".git/objects/pack")),
    ],
    [
      "a ref that is a link",
      (lane) => relink(join(lane.path, ".git/refs/heads/maestro/abc-1"), join(outside(), ".git/HEAD")),
    ],
    [
      "a planted alternate",
      (lane) => project.write(lane.path, { ".git/objects/info/alternates": `${join(outside(), ".git/objects")}\n` }),
    ],
    [
      "a .git file",
      (lane) => {
        rmSync(join(lane.path, ".git"), { recursive: true });
        project.write(lane.path, { ".git": `gitdir: ${join(outside(), ".git")}\n` });
      },
    ],
  ])("%s", async (_, plant) => {
    const lane = project.lane("ABC-1", "clone");
    await project.host.prepare(lane, project.signal);
    own(lane);
    plant(lane);
    await expect(take(lane)).rejects.toMatchObject({ code: "git_unsafe_workspace" });
  });

  test("a link in the place of the agent's index is replaced, not followed", async () => {
    const lane = project.lane("ABC-1");
    await project.host.prepare(lane, project.signal);
    project.write(project.root, { "precious.txt": "precious\n" });
    relink(join(lane.path, ".git/index"), join(project.root, "precious.txt"));
    await take(lane);
    expect(project.read(project.root, "precious.txt")).toBe("precious\n");
    expect(project.git(lane.path, "status", "--porcelain")).toBe("");
  });
});

function relink(path: string, target: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}
