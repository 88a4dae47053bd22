import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { open, Room } from "./fixture.ts";

let room: Room;
beforeEach(() => {
  room = new Room();
});
afterEach(() => room.close());

describe("the place of a workspace", () => {
  it.each([
    ["", "workspace_is_root"],
    [".", "workspace_is_root"],
    ["..", "workspace_outside_root"],
    ["../root2", "workspace_outside_root"],
    ["/etc", "workspace_outside_root"],
    ["a/b", "workspace_outside_root"],
    ["a\\b", "workspace_outside_root"],
    [".maestro", "workspace_outside_root"],
    ["a\0b", "workspace_outside_root"],
    ["a\n", "workspace_outside_root"],
  ])("S-162 S-163 is refused for the key %j", async (key, code) => {
    const workspaces = room.workspaces();
    await expect(workspaces.pathOf(key)).rejects.toMatchObject({ code });
    await expect(workspaces.prepare(room.lane({ key }), open)).rejects.toMatchObject({ code });
    await expect(workspaces.remove(room.lane({ key }), open)).rejects.toMatchObject({ code });
    expect(await room.names(room.root)).toEqual([]);
  });

  it("S-162 is the real path below a root that is reached through a link", async () => {
    mkdirSync(join(room.directory, "disk"));
    symlinkSync(join(room.directory, "disk"), join(room.directory, "linked"));
    const workspaces = room.workspaces({ root: join(room.directory, "linked", "root") });
    const { path } = await workspaces.prepare(room.lane(), open);
    expect(path).toBe(join(room.directory, "disk", "root", "MT-1"));
    expect(await workspaces.pathOf("MT-1")).toBe(path);
  });

  it("S-161 is checked again at every use: nothing there, a file, a link, another folder", async () => {
    const workspaces = room.workspaces();
    await expect(workspaces.pathOf("MT-1")).rejects.toMatchObject({ code: "workspace_not_directory" });
    await workspaces.prepare(room.lane(), open);
    expect(await workspaces.pathOf("MT-1")).toBe(room.path());
    rmSync(room.path(), { recursive: true });
    writeFileSync(room.path(), "");
    await expect(workspaces.pathOf("MT-1")).rejects.toMatchObject({ code: "workspace_not_directory" });
    rmSync(room.path());
    symlinkSync(join(room.directory, "elsewhere"), room.path());
    await expect(workspaces.pathOf("MT-1")).rejects.toMatchObject({ code: "workspace_symlink" });
  });
});

describe("a workspace that was replaced by a link", () => {
  const beforeRun = "touch ran";

  beforeEach(async () => {
    mkdirSync(join(room.directory, "victim"));
    writeFileSync(join(room.directory, "victim", "precious"), "x");
    await room.workspaces().prepare(room.lane(), open);
    renameSync(room.path(), join(room.directory, "moved"));
  });

  it.each([
    ["outside", () => join(room.directory, "victim")],
    ["to /etc", () => "/etc"],
    ["to the root", () => "."],
    ["to nothing", () => "nowhere"],
  ])("S-162 is refused for every use: %s", async (_, target) => {
    symlinkSync(target(), room.path());
    const workspaces = room.workspaces({ hooks: { beforeRun, afterRun: beforeRun } });
    const refused = { code: "workspace_symlink" };
    await expect(workspaces.prepare(room.lane(), open)).rejects.toMatchObject(refused);
    await expect(workspaces.beforeRun(room.lane(), open)).rejects.toMatchObject(refused);
    await workspaces.afterRun(room.lane());
    expect(room.hooked).toEqual([]);
    expect(readdirSync(join(room.directory, "victim"))).toEqual(["precious"]);
  });

  it("is removed as a link, and the lane's commits are kept without it", async () => {
    const git = room.git();
    const lane = room.lane({ key: "MT-2", branch: "maestro/mt-2" });
    const { path } = await room.workspaces({ git }).prepare(lane, open);
    writeFileSync(join(path, "work.txt"), "x");
    await git.takeOver(
      { workspaceKey: "MT-2", path, branch: "maestro/mt-2", strategy: "worktree" },
      { message: "w" },
      open,
    );
    rmSync(path, { recursive: true });
    symlinkSync(join(room.directory, "victim"), path);
    const { salvage } = await room.workspaces({ git }).remove(lane, open);
    expect(await room.names(salvage ?? "")).toEqual(["README.md", "commits.bundle"]);
    expect(readdirSync(join(room.directory, "victim"))).toEqual(["precious"]);
  });

  it("is removed as a link: what it leads to is neither touched nor salvaged, and no hook runs there", async () => {
    symlinkSync(join(room.directory, "victim"), room.path());
    const workspaces = room.workspaces({ hooks: { beforeRemove: beforeRun } });
    expect(await workspaces.remove(room.lane(), open)).toEqual({ salvage: null });
    expect(readdirSync(join(room.directory, "victim"))).toEqual(["precious"]);
    expect(await room.names(room.root)).toEqual([".maestro"]);
  });
});

it("S-163 a folder that a case-folding file system took for another key's is refused", async () => {
  const realPath = async (path: string) => (await room.runtime.realPath(path)).replace(/mt-1$/, "MT-1");
  const workspaces = room.workspaces({ runtime: { ...room.runtime, realPath } });
  const preparing = workspaces.prepare(room.lane({ key: "mt-1" }), open);
  await expect(preparing).rejects.toMatchObject({ code: "workspace_outside_root" });
});

it("S-162 a hook that replaces the folder by a link does not get it handed out", async () => {
  const afterCreate = `cd ..; rmdir MT-1; ln -s ${room.directory} MT-1`;
  const preparing = room.workspaces({ hooks: { afterCreate } }).prepare(room.lane(), open);
  await expect(preparing).rejects.toMatchObject({ code: "workspace_symlink" });
});

it("our own folder is refused when it was replaced by a link", async () => {
  mkdirSync(room.root);
  mkdirSync(join(room.directory, "victim"));
  symlinkSync(join(room.directory, "victim"), join(room.root, ".maestro"));
  await expect(room.workspaces().prepare(room.lane(), open)).rejects.toMatchObject({ code: "workspace_symlink" });
  expect(readdirSync(join(room.directory, "victim"))).toEqual([]);
});

it.each([["with a repository"], ["without one"]])(
  "S-162 links inside are never followed when a workspace is removed: %s",
  async (which) => {
    const git = which === "without one" ? null : room.git();
    const lane = room.lane({ branch: git === null ? null : "maestro/mt-1" });
    const workspaces = room.workspaces({ git });
    mkdirSync(join(room.directory, "victim"));
    writeFileSync(join(room.directory, "victim", "precious"), "x");
    await workspaces.prepare(lane, open);
    symlinkSync(join(room.directory, "victim"), join(room.path(), "way-out"));
    const { salvage } = await workspaces.remove(lane, open);
    expect(salvage).not.toBeNull();
    expect(readdirSync(join(room.directory, "victim"))).toEqual(["precious"]);
    expect(await room.names(room.root)).toEqual([".maestro"]);
  },
);
