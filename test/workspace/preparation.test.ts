import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { open, Room } from "./fixture.ts";

let room: Room;
beforeEach(() => {
  room = new Room();
});
afterEach(() => room.close());

describe("without a repository", () => {
  it("S-150 S-151 makes the folder once and takes it up again as it is", async () => {
    const hooks = { afterCreate: "echo made >> after-create" };
    const first = await room.workspaces({ hooks }).prepare(room.lane(), open);
    expect(first).toEqual({ path: room.path(), created: true, baseSha: null, headSha: null });
    writeFileSync(join(room.path(), "work"), "kept");
    const second = await room.workspaces({ hooks }).prepare(room.lane({ run: 2 }), open);
    expect(second).toEqual({ ...first, created: false });
    expect(readFileSync(join(room.path(), "work"), "utf8")).toBe("kept");
    expect(readFileSync(join(room.path(), "after-create"), "utf8")).toBe("made\n");
  });

  it("S-157 a failed after_create is fatal, and the folder is made from scratch before an agent gets it", async () => {
    const script = `echo try >> ${room.directory}/tries; echo half > half; [ $(wc -l < ${room.directory}/tries) -gt 1 ]`;
    const workspaces = room.workspaces({ hooks: { afterCreate: script } });
    await expect(workspaces.prepare(room.lane(), open)).rejects.toMatchObject({
      code: "hook_failed",
      retryable: true,
      facts: { hook: "after_create", exit_code: 1 },
    });
    writeFileSync(join(room.path(), "left-over"), "from the first try");
    const retried = await room.workspaces({ hooks: { afterCreate: script } }).prepare(room.lane(), open);
    expect(retried.created).toBe(true);
    expect(await room.names(room.path())).toEqual(["half"]);
    expect(Object.values(await room.salvaged()).sort()).toEqual(["from the first try", "half\n"]);
  });

  it("S-153 a folder that Maestro does not know as finished is not handed out: its content is kept, then it is made anew", async () => {
    mkdirSync(room.path(), { recursive: true });
    writeFileSync(join(room.path(), "mine"), "somebody's");
    expect(await room.workspaces().prepare(room.lane(), open)).toMatchObject({ created: true });
    expect(await room.names(room.path())).toEqual([]);
    expect(Object.values(await room.salvaged())).toEqual(["somebody's"]);
  });

  it("an agent cannot mark a folder as finished, and a damaged mark is no mark", async () => {
    await room.workspaces().prepare(room.lane(), open);
    writeFileSync(join(room.path(), "work"), "x");
    writeFileSync(join(room.root, ".maestro", "MT-1.json"), '{"state":"ready"}');
    expect(await room.workspaces().prepare(room.lane(), open)).toMatchObject({ created: true });
    expect(Object.values(await room.salvaged())).toEqual(["x"]);
    writeFileSync(join(room.root, ".maestro", "MT-1.json"), "{");
    expect(await room.workspaces().prepare(room.lane(), open)).toMatchObject({ created: true });
    expect(room.log.entries.filter(({ message }) => message.includes("damaged"))).toHaveLength(2);
  });

  it("the issue's next lane does not get what the one before left", async () => {
    await room.workspaces().prepare(room.lane(), open);
    writeFileSync(join(room.path(), "old"), "first lane");
    expect(await room.workspaces().prepare(room.lane({ laneId: "lane_2" }), open)).toMatchObject({ created: true });
    expect(await room.names(room.path())).toEqual([]);
    expect(Object.values(await room.salvaged())).toEqual(["first lane"]);
  });

  it("S-152 a file at the path is moved aside and the folder is made", async () => {
    mkdirSync(room.root);
    writeFileSync(room.path(), "no folder");
    await room.workspaces().prepare(room.lane(), open);
    expect((await room.runtime.stat(room.path()))?.kind).toBe("directory");
    expect(Object.values(await room.salvaged())).toEqual(["no folder"]);
  });

  it("a folder that was deleted is made again, with after_create", async () => {
    const hooks = { afterCreate: "echo made > made" };
    await room.workspaces({ hooks }).prepare(room.lane(), open);
    rmSync(room.path(), { recursive: true });
    expect(await room.workspaces({ hooks }).prepare(room.lane(), open)).toMatchObject({ created: true });
    expect(await room.names(room.path())).toEqual(["made"]);
  });

  it("refuses on a disk that is nearly full, before anything is made", async () => {
    const preparing = room.workspaces({ minFreeBytes: Number.MAX_SAFE_INTEGER }).prepare(room.lane(), open);
    await expect(preparing).rejects.toMatchObject({ code: "workspace_disk_low", retryable: true });
    expect(await room.names(room.directory)).toEqual([]);
  });

  it("keeps its own notes and marks out of the tree", async () => {
    await room.workspaces().prepare(room.lane(), open);
    expect(await room.names(room.path())).toEqual([]);
    expect(await room.workspaces().list()).toEqual(["MT-1"]);
  });

  it("prepares one key at a time, and different keys side by side", async () => {
    const script = `echo "$ISSUE_ID in" >> ${room.directory}/order; sleep 0.1; echo "$ISSUE_ID out" >> ${room.directory}/order`;
    const workspaces = room.workspaces({ hooks: { beforeRemove: script, afterCreate: script } });
    await Promise.all([
      workspaces.prepare(room.lane(), open),
      workspaces.remove(room.lane(), open),
      workspaces.prepare(room.lane(), open),
    ]);
    const order = readFileSync(join(room.directory, "order"), "utf8").trim().split("\n");
    expect(order).toEqual(["in", "out", "in", "out", "in", "out"].map((what) => `id-1 ${what}`));
    // One waits for the other: it would never end if keys waited for each other.
    const meet = (own: string, other: string) =>
      `touch ../${own}.here; while [ ! -e ../${other}.here ]; do sleep 0.01; done`;
    const both = room.workspaces({
      hooks: { afterCreate: `[ "$ISSUE_ID" = a ] && { ${meet("a", "b")}; true; } || { ${meet("b", "a")}; }` },
    });
    const lane = (key: string) => room.lane({ key, laneId: `lane-${key}`, issue: { ...room.lane().issue, id: key } });
    await Promise.all([both.prepare(lane("a"), open), both.prepare(lane("b"), open)]);
  });
});

describe("with a repository", () => {
  const lane = () => room.lane({ branch: "maestro/mt-1" });

  it("S-153 populates the tree, says what it did, and never resets what an agent did in it", async () => {
    const git = room.git();
    const first = await room.workspaces({ git }).prepare(lane(), open);
    expect(first).toMatchObject({ created: true, headSha: first.baseSha });
    expect(first.baseSha).toMatch(/^[0-9a-f]{40}$/);
    expect(room.hooked).toMatchObject([{ hook: "population", ok: true }]);
    writeFileSync(join(room.path(), "seed.txt"), "changed\n");
    expect(await room.workspaces({ git }).prepare(lane(), open)).toEqual({ ...first, created: false });
    expect(readFileSync(join(room.path(), "seed.txt"), "utf8")).toBe("changed\n");
  });

  it("S-157 after a failed after_create the next try has the whole tree again", async () => {
    const git = room.git();
    const broken = room.workspaces({ git, hooks: { afterCreate: "rm seed.txt; exit 3" } });
    await expect(broken.prepare(lane(), open)).rejects.toMatchObject({ code: "hook_failed" });
    const mended = await room.workspaces({ git }).prepare(lane(), open);
    expect(mended.created).toBe(true);
    expect(readFileSync(join(room.path(), "seed.txt"), "utf8")).toBe("hello\n");
  });

  it("S-153 a population that fails is told and tried again from scratch", async () => {
    const git = room.git();
    const cut = { ...git, prepare: () => Promise.reject(new TypeError("the cable was cut")) };
    await expect(room.workspaces({ git: cut }).prepare(lane(), open)).rejects.toMatchObject({
      code: "workspace_prepare_failed",
    });
    expect(room.hooked).toMatchObject([{ hook: "population", ok: false, detail: "the cable was cut" }]);
    expect(await room.workspaces({ git }).prepare(lane(), open)).toMatchObject({ created: true });
    expect(await room.names(room.path())).toContain("seed.txt");
  });

  it("goes on from the lane's commits when only the folder was deleted", async () => {
    const git = room.git();
    const workspaces = room.workspaces({ git });
    const { path } = await workspaces.prepare(lane(), open);
    writeFileSync(join(path, "new.txt"), "work");
    const tree = { workspaceKey: "MT-1", path, branch: "maestro/mt-1", strategy: "worktree" } as const;
    const { headSha } = await git.takeOver(tree, { message: "work" }, open);
    rmSync(path, { recursive: true });
    expect(await workspaces.prepare(lane(), open)).toMatchObject({ created: true, headSha });
    expect(readFileSync(join(path, "new.txt"), "utf8")).toBe("work");
    expect(Object.keys(await room.salvaged())).toEqual([]);
  });

  it("keeps commits and files of the issue's earlier lane before the next one begins anew", async () => {
    const git = room.git();
    const workspaces = room.workspaces({ git });
    const { path, baseSha } = await workspaces.prepare(lane(), open);
    writeFileSync(join(path, "loose.txt"), "not committed");
    const next = room.lane({ laneId: "lane_2", branch: "maestro/mt-1-2" });
    expect(await workspaces.prepare(next, open)).toMatchObject({ created: true, headSha: baseSha });
    expect(await room.names(path)).not.toContain("loose.txt");
    expect(Object.keys(await room.salvaged())).toContainEqual(expect.stringContaining("untracked.tar"));
  });
});
