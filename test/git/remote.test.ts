import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { shortHash } from "../../src/base/ids.ts";
import { memoryLog } from "../../src/base/log.ts";
import { createHostGit } from "../../src/git/index.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

/** A lane with one commit. */
async function workedOn(key = "ABC-1") {
  const lane = project.lane(key);
  await project.host.prepare(lane, project.signal);
  project.write(lane.path, { "new.txt": `${key}\n` });
  return { lane, ...(await project.host.takeOver(lane, { message: "do it\n" }, project.signal)) };
}

describe("refreshMirror", () => {
  test("follows the base, also when it was rewritten", async () => {
    const { host, signal } = project;
    const { baseSha } = await host.refreshMirror(signal);
    const next = project.publish("main", { "b.txt": "b\n" });
    expect(await host.refreshMirror(signal)).toEqual({ baseSha: next });
    project.git(project.remote, "update-ref", "refs/heads/main", baseSha);
    expect(await host.refreshMirror(signal)).toEqual({ baseSha });
  });

  test("forgets a lane's branch that the remote lost, so that its commits count as unpushed again", async () => {
    const { host, signal } = project;
    const { lane, headSha } = await workedOn();
    await host.push(lane.branch, headSha, null, signal);
    expect((await host.inspect(lane, signal)).unpushed).toBe(0);
    project.git(project.remote, "branch", "-D", lane.branch);
    await host.refreshMirror(signal);
    expect((await host.inspect(lane, signal)).unpushed).toBe(1);
  });

  test.each([
    ["is asked by a URL", (remote: string) => `file://${remote}`],
    ["is a checkout", (_: string, maker: string) => maker],
    ["has packed its branches", (remote: string) => remote],
  ])("and push work the same when the remote %s", async (name, remoteOf) => {
    const { signal, remote } = project;
    const maker = join(project.root, "maker");
    if (name.includes("packed")) project.git(remote, "pack-refs", "--all");
    const source = { remote: remoteOf(remote, maker), path: null };
    const host = createHostGit({ ...project.options, source, stateDirectory: join(project.root, "new") });
    const lane = project.lane("ABC-1");
    const { headSha } = await host.prepare(lane, signal);
    expect(await host.remoteHead("main", signal)).toBe(headSha);
    project.write(lane.path, { "new.txt": "new\n" });
    const taken = await host.takeOver(lane, { message: "do it\n" }, signal);
    expect(await host.push(lane.branch, taken.headSha, null, signal)).toBe("pushed");
    expect(await host.remoteHead(lane.branch, signal)).toBe(taken.headSha);
    expect((await host.inspect(lane, signal)).unpushed).toBe(0);
  });

  test("fetches again what the object store lost", async () => {
    const { host, signal } = project;
    await host.refreshMirror(signal);
    rmSync(join(project.state, "mirror/objects"), { recursive: true });
    const { baseSha } = await createHostGit(project.options).refreshMirror(signal);
    expect(await host.isAncestor(baseSha, baseSha, signal)).toBe(true);
  });

  test("names the branches that exist when the base does not", async () => {
    project.publish("develop", { "b.txt": "b\n" });
    const host = createHostGit({ ...project.options, baseBranch: "trunk" });
    await expect(host.refreshMirror(project.signal)).rejects.toMatchObject({
      code: "git_no_base",
      facts: { branch: "trunk", branches: ["develop", "main"] },
      hint: expect.stringContaining("repo.base_branch"),
    });
  });

  test.each([
    ["a path without a repository", "/nonexistent/repo.git"],
    ["a port that nobody listens on", "http://127.0.0.1:9/repo.git"],
  ])("says that %s is unreachable, to be tried again", async (_, remote) => {
    const host = createHostGit({ ...project.options, source: { remote, path: null } });
    const failed = { code: "git_unreachable", retryable: true };
    await expect(host.refreshMirror(project.signal)).rejects.toMatchObject(failed);
    await expect(host.remoteHead("main", project.signal)).rejects.toMatchObject(failed);
  });

  test("runs no program that a URL names", async () => {
    const remote = `ext::sh -c "touch ${project.root}/canary"`;
    const host = createHostGit({ ...project.options, source: { remote, path: null } });
    await expect(host.refreshMirror(project.signal)).rejects.toMatchObject({ code: "git_failed" });
    expect(existsSync(join(project.root, "canary"))).toBe(false);
  });

  test("outlives a lock that a killed command left", async () => {
    const { host, signal } = project;
    await host.refreshMirror(signal);
    const next = project.publish("main", { "b.txt": "b\n" });
    const lock = join(project.state, "git/mirror.git/refs/remotes/origin/main.lock");
    writeFileSync(lock, "");
    const log = memoryLog();
    const clock = { ...project.options.clock, sleep: async () => undefined };
    const again = createHostGit({ ...project.options, clock, log });
    expect(await again.refreshMirror(signal)).toEqual({ baseSha: next });
    expect(log.entries.map(({ fields }) => fields.lock)).toEqual([lock]);
  });

  test("takes what it can from the user's checkout and changes nothing there", async () => {
    const checkout = join(project.root, "maker");
    const before = [project.git(checkout, "for-each-ref"), project.git(checkout, "status", "--porcelain")];
    const log = memoryLog();
    const stateDirectory = join(project.root, "new");
    const source = { remote: project.remote, path: checkout };
    const host = createHostGit({ ...project.options, log, stateDirectory, source });
    await host.refreshMirror(project.signal);
    expect([project.git(checkout, "for-each-ref"), project.git(checkout, "status", "--porcelain")]).toEqual(before);
    expect(log.entries).toEqual([]);
    expect(existsSync(join(stateDirectory, "git/mirror.git/refs/seed/heads/main"))).toBe(false);
  });

  test("does without a checkout that is none", async () => {
    const log = memoryLog();
    const source = { remote: project.remote, path: "/nonexistent" };
    const stateDirectory = join(project.root, "new");
    await createHostGit({ ...project.options, log, stateDirectory, source }).refreshMirror(project.signal);
    expect(log.entries.map(({ fields }) => fields.path)).toEqual(["/nonexistent"]);
  });
});

describe("push", () => {
  test("sets the branch from nothing, forward, and says when there is nothing to do", async () => {
    const { host, signal } = project;
    const { lane, headSha } = await workedOn();
    expect(await host.remoteHead(lane.branch, signal)).toBeUndefined();
    expect(await host.push(lane.branch, headSha, null, signal)).toBe("pushed");
    expect(await host.remoteHead(lane.branch, signal)).toBe(headSha);
    expect(await host.push(lane.branch, headSha, null, signal)).toBe("already");
    project.write(lane.path, { "more.txt": "more\n" });
    const next = await host.takeOver(lane, { message: "more\n" }, signal);
    expect(await host.push(lane.branch, next.headSha, headSha, signal)).toBe("pushed");
  });

  test("never writes over what it did not expect", async () => {
    const { host, signal } = project;
    const { lane, headSha, baseSha } = await workedOn();
    const theirs = project.publish(lane.branch, { "theirs.txt": "theirs\n" });
    for (const expected of [null, baseSha]) {
      await expect(host.push(lane.branch, headSha, expected, signal)).rejects.toMatchObject({
        code: "git_rejected",
        facts: { expected, actual: theirs },
      });
    }
    expect(await host.remoteHead(lane.branch, signal)).toBe(theirs);
  });

  test("never drops commits of the remote, even when it expected them", async () => {
    const { host, signal } = project;
    const { lane, headSha } = await workedOn();
    const theirs = project.publish(lane.branch, { "theirs.txt": "theirs\n" });
    await expect(host.push(lane.branch, headSha, theirs, signal)).rejects.toMatchObject({ code: "git_rejected" });
    await host.refreshMirror(signal);
    await expect(host.push(lane.branch, headSha, theirs, signal)).rejects.toMatchObject({ code: "git_rejected" });
    expect(await host.remoteHead(lane.branch, signal)).toBe(theirs);
  });

  test("tells a refusal of the remote's hook", async () => {
    const { host, signal } = project;
    const { lane, headSha } = await workedOn();
    const hook = join(project.remote, "hooks/pre-receive");
    mkdirSync(dirname(hook));
    writeFileSync(hook, "#!/bin/sh\necho not on Fridays >&2\nexit 1\n");
    chmodSync(hook, 0o755);
    await expect(host.push(lane.branch, headSha, null, signal)).rejects.toMatchObject({
      code: "git_rejected",
      facts: { stderr: expect.stringContaining("not on Fridays") },
    });
  });

  test("is not confused by a branch whose name ends alike", async () => {
    const { host, signal } = project;
    const { lane, headSha } = await workedOn();
    project.publish(`other/refs/heads/${lane.branch}`, { "x.txt": "x\n" });
    expect(await host.remoteHead(lane.branch, signal)).toBeUndefined();
    expect(await host.push(lane.branch, headSha, null, signal)).toBe("pushed");
  });
});

describe("reading commits", () => {
  test("isAncestor and diff know the lanes' commits without naming the lane", async () => {
    const { host, signal } = project;
    const { baseSha, headSha } = await workedOn();
    expect(await host.isAncestor(baseSha, headSha, signal)).toBe(true);
    expect(await host.isAncestor(headSha, baseSha, signal)).toBe(false);
    const diff = await host.diff(baseSha, headSha, 10_000, signal);
    expect(diff).toContain("+ABC-1");
    expect(await host.diff(baseSha, headSha, 20, signal)).toBe(diff.slice(0, 20));
    await expect(host.isAncestor("1".repeat(40), headSha, signal)).rejects.toMatchObject({ code: "git_failed" });
  });

  test("checkout makes a clean tree of exactly one commit, and takes it away again", async () => {
    const { host, signal } = project;
    const { lane, headSha } = await workedOn();
    project.write(lane.path, { "new.txt": "later\n" });
    const path = join(project.root, "checks/one");
    const { release } = await host.checkout(headSha, path, signal);
    expect(readdirSync(path).sort()).toEqual([".git", ".gitignore", "new.txt", "readme.md", "src"]);
    expect(project.read(path, "new.txt")).toBe("ABC-1\n");
    expect(project.git(path, "status", "--porcelain")).toBe("");
    expect(project.git(path, "rev-parse", "HEAD").trim()).toBe(headSha);
    await release();
    expect(existsSync(path)).toBe(false);
  });

  test("checkout replaces its own leftovers and nothing else", async () => {
    const { host, signal } = project;
    const { headSha } = await workedOn();
    const path = join(project.root, "checks/one");
    await host.checkout(headSha, path, signal);
    project.write(path, { "left.txt": "left\n" });
    await (await host.checkout(headSha, path, signal)).release();
    mkdirSync(path, { recursive: true });
    project.write(path, { "mine.txt": "mine\n" });
    await expect(host.checkout(headSha, path, signal)).rejects.toMatchObject({ code: "file_exists" });
    rmSync(path, { recursive: true });
    await expect(host.checkout("1".repeat(40), path, signal)).rejects.toMatchObject({ code: "git_failed" });
    expect(existsSync(path)).toBe(false);
  });
});

test("two hosts over the same state, as after a reload, keep out of each other's way", async () => {
  const { host, signal } = project;
  const other = createHostGit({ ...project.options, identity: { name: "Other", email: "other@example.org" } });
  const lanes = ["A", "B", "C"].map((key) => project.lane(key));
  const made = await Promise.all(
    lanes.flatMap((lane) => [host.prepare(lane, signal), other.prepare(lane, signal), other.refreshMirror(signal)]),
  );
  expect(made.filter((tree) => "created" in tree && tree.created)).toHaveLength(lanes.length);
});

test("ends a command that an earlier process left running", async () => {
  const family = `maestro-git-${shortHash(project.state, 8)}-`;
  const { runtime } = project.options;
  const left = await runtime.spawn({
    command: "sleep",
    args: ["60"],
    cwd: project.root,
    env: { PATH: process.env.PATH ?? "" },
    marker: `${family}7`,
  });
  await project.host.refreshMirror(project.signal);
  expect((await left.exited).signal).not.toBeNull();
});

describe("commands end", () => {
  test("with git_missing when there is no Git", async () => {
    const host = createHostGit({ ...project.options, environment: { PATH: "/nonexistent" } });
    await expect(host.refreshMirror(project.signal)).rejects.toMatchObject({ code: "git_missing" });
  });

  test("at their deadline, and when they are aborted", async () => {
    const bin = join(project.root, "bin");
    project.write(bin, { git: "#!/bin/sh\nexec sleep 60\n" });
    chmodSync(join(bin, "git"), 0o755);
    const environment = { PATH: `${bin}:${process.env.PATH}` };
    const slow = createHostGit({ ...project.options, environment, timeoutMs: 50 });
    await expect(slow.refreshMirror(project.signal)).rejects.toMatchObject({ code: "deadline", retryable: true });
    const stop = new AbortController();
    const stuck = createHostGit({ ...project.options, environment }).refreshMirror(stop.signal);
    stop.abort(new Error("enough"));
    await expect(stuck).rejects.toMatchObject({ code: "aborted", facts: { reason: "enough" } });
  });
});
