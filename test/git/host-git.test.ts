import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { shortHash } from "../../src/base/ids.ts";
import type { HostGit, LaneTree } from "../../src/git/index.ts";
import { SimGit } from "../../dev/sim/sim-git.ts";
import { makeProject } from "./project.ts";

/** What every implementation of HostGit is held to. */
interface Ground {
  readonly host: HostGit;
  readonly lane: LaneTree;
  write(files: Readonly<Record<string, string>>): void;
  /** Puts a commit on the base by another hand. */
  publish(): string;
  /** Moves a branch of the remote by another hand. */
  intrude(branch: string): string;
  readonly salvageInto: string;
  remove(): void;
}

function realGround(): Ground {
  const project = makeProject();
  const lane = project.lane("ABC-1");
  return {
    host: project.host,
    lane,
    write: (files) => project.write(lane.path, files),
    publish: () => project.publish("main", { "theirs.txt": "theirs\n" }),
    intrude: (branch) => project.publish(branch, { "intruder.txt": "intruder\n" }),
    salvageInto: `${project.root}/salvage`,
    remove: project.remove,
  };
}

function simGround(): Ground {
  const tree: Record<string, string> = {};
  const branches = new Map([["main", "0".repeat(40)]]);
  const parents = new Map<string, readonly string[]>();
  const move = (branch: string): string => {
    const before = branches.get(branch) ?? "";
    const sha = shortHash(`${branch} after ${before}`, 40);
    parents.set(sha, before === "" ? [] : [before]);
    branches.set(branch, sha);
    return sha;
  };
  const host = new SimGit({
    readTree: async () => tree,
    remote: {
      head: async (branch) => branches.get(branch),
      update: async (branch, sha, expected) => {
        if ((branches.get(branch) ?? null) !== expected) return "moved";
        branches.set(branch, sha);
        return "pushed";
      },
      parents: (sha) => parents.get(sha) ?? [],
    },
  });
  return {
    host,
    lane: { workspaceKey: "ABC-1", path: "/ws/ABC-1", branch: "maestro/abc-1", strategy: "worktree" },
    write: (files) => Object.assign(tree, files),
    publish: () => move("main"),
    intrude: move,
    salvageInto: "/salvage",
    remove: () => undefined,
  };
}

describe.each([
  ["the real one", realGround],
  ["the simulated one", simGround],
])("HostGit, %s", (_, makeGround) => {
  const { signal } = new AbortController();
  const message = "do it\n";
  let ground: Ground;
  let host: HostGit;
  let lane: LaneTree;
  beforeEach(() => {
    ground = makeGround();
    ({ host, lane } = ground);
  });
  afterEach(() => ground.remove());

  test("makes a tree at the base once, and takes it up afterwards", async () => {
    const { baseSha } = await host.refreshMirror(signal);
    expect(await host.prepare(lane, signal)).toEqual({ created: true, baseSha, headSha: baseSha });
    expect(await host.prepare(lane, signal)).toEqual({ created: false, baseSha, headSha: baseSha });
    expect(await host.inspect(lane, signal)).toEqual({ headSha: baseSha, dirtyFiles: [], unpushed: 0 });
  });

  test("takes over what was written, once", async () => {
    const { baseSha } = await host.prepare(lane, signal);
    expect(await host.takeOver(lane, { message }, signal)).toEqual({
      headSha: baseSha,
      baseSha,
      changed: false,
      files: [],
      mark: null,
    });
    ground.write({ "b.txt": "b\n", "a.txt": "a\n" });
    expect((await host.inspect(lane, signal)).dirtyFiles).toEqual(["a.txt", "b.txt"]);
    const taken = await host.takeOver(lane, { message }, signal);
    expect(taken).toMatchObject({ baseSha, changed: true, files: [{ path: "a.txt" }, { path: "b.txt" }] });
    expect(await host.takeOver(lane, { message }, signal)).toEqual(taken);
    expect(await host.inspect(lane, signal)).toEqual({ headSha: taken.headSha, dirtyFiles: [], unpushed: 1 });
    expect(await host.isAncestor(baseSha, taken.headSha, signal)).toBe(true);
    expect(await host.isAncestor(taken.headSha, baseSha, signal)).toBe(false);
    expect(await host.diff(baseSha, taken.headSha, 10_000, signal)).toContain("a.txt");
  });

  test("pushes forward, once, and never over another's work", async () => {
    await host.prepare(lane, signal);
    ground.write({ "a.txt": "a\n" });
    const one = (await host.takeOver(lane, { message }, signal)).headSha;
    expect(await host.remoteHead(lane.branch, signal)).toBeUndefined();
    expect(await host.push(lane.branch, one, null, signal)).toBe("pushed");
    expect(await host.push(lane.branch, one, null, signal)).toBe("already");
    expect(await host.remoteHead(lane.branch, signal)).toBe(one);
    ground.write({ "a.txt": "more\n" });
    const two = (await host.takeOver(lane, { message }, signal)).headSha;
    await expect(host.push(lane.branch, two, null, signal)).rejects.toMatchObject({ code: "git_rejected" });
    expect(await host.push(lane.branch, two, one, signal)).toBe("pushed");
    const theirs = ground.intrude(lane.branch);
    ground.write({ "a.txt": "even more\n" });
    const three = (await host.takeOver(lane, { message }, signal)).headSha;
    for (const expected of [two, theirs]) {
      await expect(host.push(lane.branch, three, expected, signal)).rejects.toMatchObject({ code: "git_rejected" });
    }
    expect(await host.remoteHead(lane.branch, signal)).toBe(theirs);
  });

  test("brings a newer base in, when there is one", async () => {
    await host.prepare(lane, signal);
    ground.write({ "a.txt": "a\n" });
    await host.takeOver(lane, { message }, signal);
    expect(await host.mergeBase(lane, signal)).toBe("up_to_date");
    const base = ground.publish();
    ground.write({ "a.txt": "dirty\n" });
    await expect(host.mergeBase(lane, signal)).rejects.toMatchObject({ code: "git_dirty_tree" });
    await host.takeOver(lane, { message }, signal);
    expect(await host.mergeBase(lane, signal)).toBe("merged");
    expect(await host.mergeBase(lane, signal)).toBe("up_to_date");
    expect(await host.takeOver(lane, { message }, signal)).toMatchObject({
      baseSha: base,
      changed: true,
      files: [{ path: "a.txt" }],
    });
  });

  test("keeps what is nowhere else, and nothing when there is nothing", async () => {
    expect(await host.salvage(lane, ground.salvageInto, signal)).toBeNull();
    await host.prepare(lane, signal);
    expect(await host.salvage(lane, ground.salvageInto, signal)).toBeNull();
    ground.write({ "a.txt": "a\n" });
    expect(await host.salvage(lane, ground.salvageInto, signal)).toBe(ground.salvageInto);
    const { headSha } = await host.takeOver(lane, { message }, signal);
    expect(await host.salvage(lane, ground.salvageInto, signal)).toBe(ground.salvageInto);
    await host.push(lane.branch, headSha, null, signal);
    expect(await host.salvage(lane, `${ground.salvageInto}-later`, signal)).toBeNull();
    await host.forget(lane, signal);
    await host.forget(lane, signal);
  });

  test("says what it does not know, and does nothing once it is aborted", async () => {
    await expect(host.inspect(lane, signal)).rejects.toMatchObject({ code: "git_no_lane" });
    await expect(host.push("x", "1".repeat(40), null, signal)).rejects.toMatchObject({ code: "git_failed" });
    await host.prepare(lane, signal);
    await expect(host.prepare({ ...lane, branch: "other" }, signal)).rejects.toMatchObject({ code: "git_wrong_head" });
    await expect(host.takeOver(lane, { message }, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });
});
