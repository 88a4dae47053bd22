import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import { clock as systemTime, failing, open, Room } from "./fixture.ts";

let room: Room;
beforeEach(() => {
  room = new Room();
});
afterEach(() => room.close());

const crash = new Error("the power failed");

describe("removing without a repository", () => {
  it("keeps a folder that holds anything, whole, and tells where", async () => {
    const workspaces = room.workspaces();
    await workspaces.prepare(room.lane(), open);
    writeFileSync(join(room.path(), "result"), "kept");
    const { salvage } = await workspaces.remove(room.lane(), open);
    expect(salvage).toMatch(/\/salvage\/MT-1-\d{8}T\d{6}Z$/);
    expect(readFileSync(join(salvage ?? "", "files", "result"), "utf8")).toBe("kept");
    expect(await room.names(room.root)).toEqual([".maestro"]);
    expect(await workspaces.list()).toEqual([]);
  });

  it("keeps nothing of an empty folder, and may be asked again and for what never was", async () => {
    const workspaces = room.workspaces();
    await workspaces.prepare(room.lane(), open);
    expect(await workspaces.remove(room.lane(), open)).toEqual({ salvage: null });
    expect(await workspaces.remove(room.lane(), open)).toEqual({ salvage: null });
    expect(await room.names(room.salvage)).toEqual([]);
  });

  it("keeps two of the same second apart", async () => {
    const workspaces = room.workspaces({ clock: { ...systemTime, now: () => 0 } });
    const kept: (string | null)[] = [];
    for (const text of ["one", "two"]) {
      await workspaces.prepare(room.lane(), open);
      writeFileSync(join(room.path(), "file"), text);
      kept.push((await workspaces.remove(room.lane(), open)).salvage);
    }
    expect(kept.map((path) => path?.split("/").at(-1))).toEqual(["MT-1-19700101T000000Z", "MT-1-19700101T000000Z-2"]);
    expect(Object.values(await room.salvaged())).toEqual(["one", "two"]);
  });

  it("keeps a file that stands where the folder was", async () => {
    const workspaces = room.workspaces();
    await workspaces.prepare(room.lane(), open);
    rmSync(room.path(), { recursive: true });
    writeFileSync(room.path(), "text");
    await workspaces.remove(room.lane(), open);
    expect(Object.values(await room.salvaged())).toEqual(["text"]);
  });

  it("moves to a salvage folder on another disk", async () => {
    const other = mkdtempSync("/dev/shm/maestro-salvage-");
    try {
      const workspaces = room.workspaces({ salvageDirectory: other });
      await workspaces.prepare(room.lane(), open);
      writeFileSync(join(room.path(), "result"), "kept");
      const { salvage } = await workspaces.remove(room.lane(), open);
      expect(readFileSync(join(salvage ?? "", "files", "result"), "utf8")).toBe("kept");
      expect(existsSync(room.path())).toBe(false);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it("loses nothing when the salvage cannot be written", async () => {
    const refuse = () => new MaestroError({ code: "disk_full", message: "full" });
    const workspaces = room.workspaces({ runtime: failing(room.runtime, "rename", refuse) });
    await workspaces.prepare(room.lane(), open);
    writeFileSync(join(room.path(), "result"), "kept");
    await expect(workspaces.remove(room.lane(), open)).rejects.toMatchObject({ code: "disk_full" });
    expect(readFileSync(join(room.path(), "result"), "utf8")).toBe("kept");
  });

  it("goes on although a full disk takes no note", async () => {
    await room.workspaces().prepare(room.lane(), open);
    const refuse = () => new MaestroError({ code: "disk_full", message: "full" });
    await room.workspaces({ runtime: failing(room.runtime, "writeText", refuse) }).remove(room.lane(), open);
    expect(await room.names(room.root)).toEqual([".maestro"]);
  });

  it("stops at an abort before anything is gone", async () => {
    const workspaces = room.workspaces({ hooks: { beforeRemove: "touch up; sleep 1000" } });
    await workspaces.prepare(room.lane(), open);
    const abort = new AbortController();
    const removing = workspaces.remove(room.lane(), abort.signal);
    while (!existsSync(join(room.path(), "up"))) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await expect(removing).rejects.toMatchObject({ code: "aborted" });
    expect(await room.names(room.path())).toEqual(["up"]);
  });
});

describe("removing with a repository", () => {
  const lane = () => room.lane({ branch: "maestro/mt-1" });
  const tree = () =>
    ({ workspaceKey: "MT-1", path: room.path(), branch: "maestro/mt-1", strategy: "worktree" }) as const;

  it("keeps unpushed commits and loose files, and nothing of a clean tree", async () => {
    const git = room.git();
    const workspaces = room.workspaces({ git });
    await workspaces.prepare(lane(), open);
    expect(await workspaces.remove(lane(), open)).toEqual({ salvage: null });
    await workspaces.prepare(lane(), open);
    writeFileSync(join(room.path(), "work.txt"), "committed");
    await git.takeOver(tree(), { message: "work" }, open);
    writeFileSync(join(room.path(), "loose.txt"), "loose");
    const { salvage } = await workspaces.remove(lane(), open);
    expect(await room.names(salvage ?? "")).toEqual(["README.md", "commits.bundle", "untracked.tar"]);
    expect(existsSync(room.path())).toBe(false);
  });

  it("keeps unpushed commits also when the folder is gone or became a file", async () => {
    const git = room.git();
    const workspaces = room.workspaces({ git });
    for (const replace of [() => undefined, () => writeFileSync(room.path(), "a file")]) {
      await workspaces.prepare(lane(), open);
      writeFileSync(join(room.path(), "work.txt"), "committed");
      await git.takeOver(tree(), { message: "work" }, open);
      rmSync(room.path(), { recursive: true });
      replace();
      const { salvage } = await workspaces.remove(lane(), open);
      expect(await room.names(salvage ?? "")).toContain("commits.bundle");
      expect(existsSync(room.path())).toBe(false);
    }
    expect(Object.values(await room.salvaged())).toContain("a file");
  });

  it("forgets the lane only after its work was kept", async () => {
    const git = room.git();
    await room.workspaces({ git }).prepare(lane(), open);
    writeFileSync(join(room.path(), "loose.txt"), "loose");
    const broken = { ...git, salvage: () => Promise.reject(crash) };
    await expect(room.workspaces({ git: broken }).remove(lane(), open)).rejects.toBe(crash);
    expect(existsSync(join(room.path(), "loose.txt"))).toBe(true);
    expect((await git.inspect(tree(), open)).dirtyFiles).toEqual(["loose.txt"]);
  });

  it("keeps a folder whole that Git knows nothing of", async () => {
    const git = room.git();
    await room.workspaces({ git }).prepare(room.lane({ key: "other", branch: "b" }), open);
    await room.runtime.writeText(join(room.path(), "mine"), "somebody's");
    await room.workspaces({ git }).remove(lane(), open);
    expect(Object.values(await room.salvaged())).toEqual(["somebody's"]);
  });
});

describe("a removal that breaks off", () => {
  const marks = () => join(room.directory, "marks");
  const hooks = () => ({ beforeRemove: `echo once >> ${marks()}` });
  const isTrash = (path: string) => path.includes("/trash/");

  it.each<[string, (runtime: Runtime) => Runtime]>([
    ["at the rename", (runtime) => failing(runtime, "rename", (path) => (isTrash(path) ? null : crash))],
    [
      "before its note is gone",
      (runtime) => failing(runtime, "remove", (path) => (path.endsWith(".json") ? crash : null)),
    ],
  ])("%s goes on from there: hook and salvage happen once", async (_, breakOff) => {
    const git = room.git();
    const lane = room.lane({ branch: "maestro/mt-1" });
    await room.workspaces({ git }).prepare(lane, open);
    writeFileSync(join(room.path(), "loose.txt"), "loose");
    const broken = room.workspaces({ git, hooks: hooks(), runtime: breakOff(room.runtime) });
    await expect(broken.remove(lane, open)).rejects.toBe(crash);
    const { salvage } = await room.workspaces({ git, hooks: hooks() }).remove(lane, open);
    expect(await room.names(salvage ?? "")).toContain("untracked.tar");
    expect(await room.names(room.salvage)).toHaveLength(1);
    expect(readFileSync(marks(), "utf8")).toBe("once\n");
    expect(await room.names(room.root)).toEqual([".maestro"]);
    expect(await room.workspaces().list()).toEqual([]);
  });

  it("while deleting leaves nothing under the workspace's name, and the rest goes at the next use of any", async () => {
    const git = room.git();
    const lane = room.lane({ branch: "maestro/mt-1" });
    await room.workspaces({ git }).prepare(lane, open);
    const stuck = failing(room.runtime, "remove", (path) => (isTrash(path) ? crash : null));
    await room.workspaces({ git, runtime: stuck }).remove(lane, open);
    const trash = join(room.root, ".maestro", "trash");
    expect(await room.names(trash)).toEqual(["1.MT-1"]);
    expect(await room.names(room.root)).toEqual([".maestro"]);
    await room.workspaces({ git }).prepare(room.lane({ key: "other", branch: "b" }), open);
    expect(await room.names(trash)).toEqual([]);
  });
});
