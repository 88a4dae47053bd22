import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHostGit } from "../../src/git/index.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const message = "Do it\n";

describe("prepare", () => {
  test("makes a tree at the base, with history that the agent can read and a clean status", async () => {
    const { host, signal, git } = project;
    const lane = project.lane("ABC-1");
    const { baseSha } = await host.refreshMirror(signal);
    const made = await host.prepare(lane, signal);
    expect(made).toEqual({ created: true, baseSha, headSha: baseSha });
    expect(project.read(lane.path, "src/a.txt")).toBe("a\n");
    expect(git(lane.path, "status", "--porcelain", "--branch")).toBe("## maestro/abc-1\n");
    expect(git(lane.path, "log", "--format=%s")).toBe("first\n");
    expect(git(lane.path, "rev-parse", "origin/main").trim()).toBe(baseSha);
    expect(git(lane.path, "fsck", "--strict")).toBe("");
  });

  test("starts at the branch's tip when the remote has it", async () => {
    const tip = project.publish("maestro/abc-1", { "b.txt": "b\n" });
    const made = await project.host.prepare(project.lane("ABC-1"), project.signal);
    expect(made.headSha).toBe(tip);
    expect(made.baseSha).not.toBe(tip);
  });

  test("takes an existing tree up as it is", async () => {
    const { host, signal } = project;
    const lane = project.lane("ABC-1");
    const { baseSha } = await host.prepare(lane, signal);
    project.write(lane.path, { "src/a.txt": "changed\n", "new.txt": "new\n" });
    project.publish("main", { "later.txt": "later\n" });
    await host.refreshMirror(signal);
    expect(await host.prepare(lane, signal)).toEqual({ created: false, baseSha, headSha: baseSha });
    expect(project.read(lane.path, "src/a.txt")).toBe("changed\n");
    expect(existsSync(join(lane.path, "later.txt"))).toBe(false);
  });

  test("repeats a population that never ended", async () => {
    const { host, signal } = project;
    const lane = project.lane("ABC-1");
    await host.prepare(lane, signal);
    rmSync(join(project.state, "git/lanes/ABC-1.git/prepared"));
    rmSync(join(lane.path, "src"), { recursive: true });
    expect((await host.prepare(lane, signal)).created).toBe(true);
    expect(project.read(lane.path, "src/a.txt")).toBe("a\n");
  });

  test.each(["worktree", "clone"] as const)(
    "makes the %s tree anew, with its commits, when its folder is lost",
    async (strategy) => {
      const { host, signal } = project;
      const lane = project.lane("ABC-1", strategy);
      await host.prepare(lane, signal);
      project.write(lane.path, { "new.txt": "new\n" });
      const { headSha } = await host.takeOver(lane, { message }, signal);
      rmSync(lane.path, { recursive: true });
      expect(await host.prepare(lane, signal)).toMatchObject({ created: true, headSha });
      expect(project.read(lane.path, "new.txt")).toBe("new\n");
    },
  );

  test.each(["worktree", "clone"] as const)(
    "finds back to a %s tree when the host's git dir is lost",
    async (strategy) => {
      const { host, signal, git } = project;
      const lane = project.lane("ABC-1", strategy);
      await host.prepare(lane, signal);
      project.write(lane.path, { "own.txt": "own\n" });
      git(lane.path, "add", "own.txt");
      git(lane.path, "commit", "-q", "-m", "own");
      project.write(lane.path, { "dirty.txt": "dirty\n" });
      await host.forget(lane, signal);
      const found = await host.prepare(lane, signal);
      expect(found).toMatchObject({ created: false, headSha: git(lane.path, "rev-parse", "HEAD").trim() });
      expect((await host.inspect(lane, signal)).dirtyFiles).toEqual(["dirty.txt"]);
    },
  );

  test("gives a tree without .git a new one", async () => {
    const { host, signal, git } = project;
    const lane = project.lane("ABC-1");
    await host.prepare(lane, signal);
    project.write(lane.path, { "new.txt": "new\n" });
    rmSync(join(lane.path, ".git"), { recursive: true });
    expect((await host.prepare(lane, signal)).created).toBe(false);
    expect(git(lane.path, "status", "--porcelain")).toBe("?? new.txt\n");
  });

  test("refuses a key that was made for another branch", async () => {
    const { host, signal } = project;
    const lane = project.lane("ABC-1");
    await host.prepare(lane, signal);
    await expect(host.prepare({ ...lane, branch: "other" }, signal)).rejects.toMatchObject({ code: "git_wrong_head" });
  });

  test.each([
    ["a tree outside the root", (p: Project) => ({ ...p.lane("ABC-1"), path: join(p.root, "elsewhere") })],
    ["a key that is a path", (p: Project) => ({ ...p.lane("ABC-1"), workspaceKey: "../ABC-1" })],
    [
      "a tree that is a link",
      (p: Project) => {
        mkdirSync(join(p.root, "elsewhere"));
        symlinkSync(join(p.root, "elsewhere"), join(p.workspaces, "ABC-1"));
        return p.lane("ABC-1");
      },
    ],
  ])("refuses %s", async (_, laneOf) => {
    await expect(project.host.prepare(laneOf(project), project.signal)).rejects.toMatchObject({
      code: "git_unsafe_workspace",
    });
  });
});

describe("inspect", () => {
  test("tells dirty files and unpushed commits", async () => {
    const { host, signal } = project;
    const lane = project.lane("ABC-1");
    const { headSha } = await host.prepare(lane, signal);
    expect(await host.inspect(lane, signal)).toEqual({ headSha, dirtyFiles: [], unpushed: 0 });
    project.write(lane.path, { "src/a.txt": "changed\n", "new file.txt": "new\n", "x.log": "ignored\n" });
    rmSync(join(lane.path, "readme.md"));
    expect(await host.inspect(lane, signal)).toEqual({
      headSha,
      dirtyFiles: ["new file.txt", "readme.md", "src/a.txt"],
      unpushed: 0,
    });
    const taken = await host.takeOver(lane, { message }, signal);
    expect(await host.inspect(lane, signal)).toEqual({ headSha: taken.headSha, dirtyFiles: [], unpushed: 1 });
    await host.push(lane.branch, taken.headSha, null, signal);
    expect(await host.inspect(lane, signal)).toEqual({ headSha: taken.headSha, dirtyFiles: [], unpushed: 0 });
  });

  test("counts the agent's own commits in a clone", async () => {
    const { host, signal, git } = project;
    const lane = project.lane("ABC-1", "clone");
    await host.prepare(lane, signal);
    git(lane.path, "commit", "-q", "--allow-empty", "-m", "own");
    const headSha = git(lane.path, "rev-parse", "HEAD").trim();
    expect(await host.inspect(lane, signal)).toEqual({ headSha, dirtyFiles: [], unpushed: 1 });
  });

  test("says so when there is no tree", async () => {
    await expect(project.host.inspect(project.lane("NONE"), project.signal)).rejects.toMatchObject({
      code: "git_no_lane",
    });
  });
});

test("forget drops the host's git dir and leaves the tree", async () => {
  const { host, signal } = project;
  const lane = project.lane("ABC-1");
  await host.prepare(lane, signal);
  await host.forget(lane, signal);
  expect(existsSync(join(project.state, "git/lanes/ABC-1.git"))).toBe(false);
  expect(existsSync(lane.path)).toBe(true);
});

test("a second host over the same state goes on where the first stopped", async () => {
  const { host, signal } = project;
  const lane = project.lane("ABC-1");
  await host.prepare(lane, signal);
  project.write(lane.path, { "new.txt": "new\n" });
  const { headSha } = await createHostGit(project.options).takeOver(lane, { message }, signal);
  expect((await host.inspect(lane, signal)).headSha).toBe(headSha);
});
