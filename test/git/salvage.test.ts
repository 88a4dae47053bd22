import { existsSync, readdirSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaneTree } from "../../src/git/index.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
let into: string;
beforeEach(() => {
  project = makeProject();
  into = join(project.root, "salvage/ABC-1");
});
afterEach(() => project.remove());

const salvage = (lane: LaneTree) => project.host.salvage(lane, into, project.signal);

/** A fresh clone in which the salvage is restored. */
function freshClone(): string {
  project.git(project.root, "clone", "-q", project.remote, "fresh");
  return join(project.root, "fresh");
}

describe.each(["worktree", "clone"] as const)("salvage of a %s", (strategy) => {
  let lane: LaneTree;
  let baseSha: string;
  beforeEach(async () => {
    lane = project.lane("ABC-1", strategy);
    ({ baseSha } = await project.host.prepare(lane, project.signal));
  });

  test("keeps nothing where there is nothing to keep", async () => {
    project.write(lane.path, { "x.log": "ignored\n" });
    expect(await salvage(lane)).toBeNull();
    expect(existsSync(into)).toBe(false);
  });

  test("keeps commits, changes and untracked files, and says how to get them back", async () => {
    project.write(lane.path, { "taken.txt": "taken\n" });
    const { headSha } = await project.host.takeOver(lane, { message: "taken\n" }, project.signal);
    project.write(lane.path, {
      "src/a.txt": "changed\r\n",
      "new/file.txt": "new\n",
      // What a tree's attributes ask for must not keep a file from being saved as it is.
      ".gitattributes": "new/** export-ignore\n*.crlf text eol=lf\n",
      "two.crlf": "one\r\ntwo\r\n",
    });
    rmSync(join(lane.path, "readme.md"));
    expect(await salvage(lane)).toBe(into);
    expect(readdirSync(into)).toEqual(["README.md", "changes.patch", "commits.bundle", "untracked.tar"]);
    const fresh = freshClone();
    project.git(fresh, "fetch", "-q", join(into, "commits.bundle"), "+refs/*:refs/salvage/*");
    expect(project.git(fresh, "rev-parse", `refs/salvage/heads/${lane.branch}`).trim()).toBe(headSha);
    project.git(fresh, "checkout", "-q", "--detach", headSha);
    project.git(fresh, "apply", "--binary", join(into, "changes.patch"));
    expect(project.read(fresh, "src/a.txt")).toBe("changed\r\n");
    expect(existsSync(join(fresh, "readme.md"))).toBe(false);
    project.git(fresh, "-c", "alias.untar=!tar -xf", "untar", join(into, "untracked.tar"));
    expect(project.read(fresh, "new/file.txt")).toBe("new\n");
    expect(project.read(fresh, "two.crlf")).toBe("one\r\ntwo\r\n");
    const readme = project.read(into, "README.md");
    for (const said of ["1 commits", headSha, "- new/file.txt", "git fetch", "git apply", "tar -xf"]) {
      expect(readme).toContain(said);
    }
  });

  test("keeps what only the agent's own branches and stash hold", async () => {
    project.write(lane.path, { "stashed.txt": "stashed\n" });
    project.git(lane.path, "stash", "push", "-q", "--include-untracked");
    project.git(lane.path, "checkout", "-q", "-b", "mine/idea");
    project.git(lane.path, "commit", "-q", "--allow-empty", "-m", "idea");
    const idea = project.git(lane.path, "rev-parse", "HEAD").trim();
    project.git(lane.path, "checkout", "-q", lane.branch);
    expect(await salvage(lane)).toBe(into);
    const fresh = freshClone();
    project.git(fresh, "fetch", "-q", join(into, "commits.bundle"), "+refs/*:refs/salvage/*");
    expect(project.git(fresh, "rev-parse", "refs/salvage/agent/heads/mine/idea").trim()).toBe(idea);
    expect(project.git(fresh, "show", "refs/salvage/agent/stash^3:stashed.txt")).toBe("stashed\n");
  });

  test("keeps no commits that the remote has", async () => {
    project.write(lane.path, { "taken.txt": "taken\n" });
    const { headSha } = await project.host.takeOver(lane, { message: "taken\n" }, project.signal);
    await project.host.push(lane.branch, headSha, null, project.signal);
    expect(await salvage(lane)).toBeNull();
  });

  test("lists what is too large, without copying it", async () => {
    project.write(lane.path, { "large.bin": "", "small.txt": "small\n" });
    truncateSync(join(lane.path, "large.bin"), 65 * 1024 * 1024);
    await salvage(lane);
    expect(project.read(into, "README.md")).toMatch(/too large[\s\S]*- large\.bin/);
    expect(project.git(project.root, "-c", "alias.list=!tar -tf", "list", join(into, "untracked.tar"))).toBe(
      "small.txt\n",
    );
  });

  test("keeps the files when the agent made its .git unsafe, and notes what is missing", async () => {
    project.git(lane.path, "commit", "-q", "--allow-empty", "-m", "own");
    project.write(lane.path, { "new.txt": "new\n" });
    rmSync(join(lane.path, ".git/objects/info/alternates"));
    symlinkSync("/etc/hostname", join(lane.path, ".git/objects/info/alternates"));
    expect(await salvage(lane)).toBe(into);
    expect(readdirSync(into)).toEqual(["README.md", "untracked.tar"]);
    expect(project.read(into, "README.md")).toContain("own .git could not be read");
  });

  test("keeps the host's commits when the tree is gone", async () => {
    project.write(lane.path, { "taken.txt": "taken\n" });
    await project.host.takeOver(lane, { message: "taken\n" }, project.signal);
    rmSync(lane.path, { recursive: true });
    expect(await salvage(lane)).toBe(into);
    expect(readdirSync(into)).toEqual(["README.md", "commits.bundle"]);
    expect(project.read(into, "README.md")).not.toContain(baseSha);
  });
});

test("a lane that never was has nothing to keep, unless there are files that nobody knows", async () => {
  const lane = project.lane("ABC-1");
  expect(await salvage(lane)).toBeNull();
  project.write(lane.path, { "whose.txt": "?\n" });
  await expect(salvage(lane)).rejects.toMatchObject({ code: "git_no_lane" });
});
