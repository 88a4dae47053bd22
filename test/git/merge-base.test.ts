import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaneTree } from "../../src/git/index.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

describe.each(["worktree", "clone"] as const)("mergeBase into a %s", (strategy) => {
  let lane: LaneTree;
  const take = () => project.host.takeOver(lane, { message: "solve it\n" }, project.signal);
  const merge = () => project.host.mergeBase(lane, project.signal);
  const parents = () => project.git(lane.path, "log", "-1", "--format=%P").trim().split(" ");

  /** The lane has one commit of its own, the base another. */
  async function diverge(ours: Record<string, string>, theirs: Record<string, string>) {
    lane = project.lane("ABC-1", strategy);
    await project.host.prepare(lane, project.signal);
    project.write(lane.path, ours);
    const head = (await take()).headSha;
    return { head, base: project.publish("main", theirs) };
  }

  test("brings the base in by a merge commit", async () => {
    const { head, base } = await diverge({ "ours.txt": "ours\n" }, { "theirs.txt": "theirs\n" });
    expect(await merge()).toBe("merged");
    expect(project.read(lane.path, "theirs.txt")).toBe("theirs\n");
    expect(parents()).toEqual([head, base]);
    expect(project.git(lane.path, "status", "--porcelain")).toBe("");
    expect(await merge()).toBe("up_to_date");
    expect(await take()).toMatchObject({ baseSha: base, files: [{ path: "ours.txt" }] });
  });

  test("goes forward when the lane has nothing of its own", async () => {
    lane = project.lane("ABC-1", strategy);
    await project.host.prepare(lane, project.signal);
    const base = project.publish("main", { "theirs.txt": "theirs\n" });
    expect(await merge()).toBe("merged");
    expect((await take()).headSha).toBe(base);
  });

  test("leaves a conflict for the agent, who sees it, and concludes it with what the agent made of it", async () => {
    const { head, base } = await diverge({ "src/a.txt": "ours\n" }, { "src/a.txt": "theirs\n", "more.txt": "more\n" });
    expect(await merge()).toBe("conflict");
    expect(project.read(lane.path, "src/a.txt")).toContain("<<<<<<< ");
    expect(project.git(lane.path, "status", "--porcelain")).toBe("A  more.txt\nUU src/a.txt\n");
    expect(await merge()).toBe("conflict");
    await expect(take()).rejects.toMatchObject({ code: "git_conflict", facts: { files: ["src/a.txt"] } });
    project.write(lane.path, { "src/a.txt": "both\n" });
    expect(await take()).toMatchObject({ baseSha: base, files: [{ path: "src/a.txt" }] });
    expect(parents()).toEqual([head, base]);
    expect(project.git(lane.path, "status")).not.toMatch(/merg/);
    expect(await merge()).toBe("up_to_date");
  });

  test("takes the agent's own merge commit for the end of the merge", async () => {
    const { head, base } = await diverge({ "src/a.txt": "ours\n" }, { "src/a.txt": "theirs\n" });
    await merge();
    project.write(lane.path, { "src/a.txt": "both\n" });
    project.git(lane.path, "commit", "-q", "-a", "-m", "solved by the agent");
    await take();
    expect(parents()).toEqual([head, base]);
  });

  test("makes no merge commit of a merge that the agent gave up, which would undo the base's changes", async () => {
    const { head } = await diverge({ "src/a.txt": "ours\n" }, { "src/a.txt": "theirs\n" });
    await merge();
    project.git(lane.path, "merge", "--abort");
    project.write(lane.path, { "else.txt": "else\n" });
    await take();
    expect(parents()).toEqual([head]);
    expect(await merge()).toBe("conflict");
  });

  test("never merges into work that is not committed", async () => {
    await diverge({ "ours.txt": "ours\n" }, { "theirs.txt": "theirs\n" });
    project.write(lane.path, { "dirty.txt": "dirty\n" });
    await expect(merge()).rejects.toMatchObject({ code: "git_dirty_tree", facts: { files: ["dirty.txt"] } });
    expect(existsSync(join(lane.path, "theirs.txt"))).toBe(false);
  });

  test("takes back a merge in whose middle the host was killed", async () => {
    const { head, base } = await diverge({ "src/a.txt": "ours\n" }, { "src/a.txt": "theirs\n", "more.txt": "more\n" });
    await merge();
    // As after a kill between Git's end and the host's note of it.
    const dir = join(project.state, "git/lanes/ABC-1.git");
    project.write(dir, { conflicts: base });
    rmSync(join(lane.path, ".git/MERGE_HEAD"));
    expect(await project.host.inspect(lane, project.signal)).toMatchObject({ headSha: head, dirtyFiles: [] });
    expect(existsSync(join(lane.path, "more.txt"))).toBe(false);
    expect(await merge()).toBe("conflict");
  });
});
