import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaneTree } from "../../src/git/index.ts";
import { importCommit, tipOf } from "./fast-import.ts";
import { makeProject, type Project } from "./project.ts";

const HOOKS = [
  ...[
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "post-checkout",
    "post-merge",
    "pre-merge-commit",
  ],
  ...["pre-push", "post-index-change", "reference-transaction", "pre-auto-gc", "post-rewrite", "fsmonitor-watchman"],
];

/** Everything below is planted by an agent; each planted command leaves a file of its own here. */
let project: Project;
let canaries: string;
let agent: ChildProcess | undefined;

beforeEach(() => {
  // A relative PATH and a HOME that the agent writes to are the worst that an operator may hand over.
  project = makeProject((root) => ({ environment: { PATH: `.:${process.env.PATH}`, HOME: root } }));
  canaries = join(project.root, "canaries");
  mkdirSync(canaries);
});
afterEach(() => {
  agent?.kill("SIGKILL");
  project.remove();
});

function fired(): string[] {
  return readdirSync(canaries).sort();
}

/** A program that leaves its canary and then passes on what it is given, as a well-behaved filter does. */
function program(name: string): string {
  const path = join(project.root, "evil", name);
  project.write(dirname(path), {
    [name]: `#!/bin/sh\ntouch ${canaries}/${name}\ncase $0 in *-clean|*-smudge) cat ;; *) exit 1 ;; esac\n`,
  });
  chmodSync(path, 0o755);
  return path;
}

function plantedConfig(name: string): string {
  const evil = (what: string): string => program(`${name}-${what}`);
  const included = join(project.root, "evil", `${name}.included`);
  const hooks = join(project.root, "evil", `${name}-hooks`);
  mkdirSync(hooks, { recursive: true });
  plantHooks(hooks, `${name}-hook`);
  project.write(dirname(included), {
    [`${name}.included`]: `[alias]\n\tst = !${evil("included")}\n[core]\n\teditor = ${evil("editor")}\n`,
  });
  return `${plantedCore(evil, hooks, included)}${plantedDrivers(evil)}${plantedRemotes(evil)}`;
}

type Evil = (what: string) => string;

function plantedCore(evil: Evil, hooks: string, included: string): string {
  return `[core]
	repositoryformatversion = 1
	fsmonitor = ${evil("fsmonitor")}
	hooksPath = ${hooks}
	sshCommand = ${evil("ssh")}
	pager = ${evil("pager")}
	askPass = ${evil("askpass")}
	gitProxy = ${evil("proxy")}
	alternateRefsCommand = ${evil("alternate-refs")}
	attributesFile = ${join(project.root, "evil/attributes")}
[extensions]
	worktreeConfig = true
[include]
	path = ${included}
[credential]
	helper = !${evil("credential")}
`;
}

function plantedDrivers(evil: Evil): string {
  return `[diff]
	external = ${evil("diff-external")}
[diff "planted"]
	command = ${evil("diff-command")}
	textconv = ${evil("textconv")}
[merge "planted"]
	driver = ${evil("merge-driver")} %A
[filter "planted"]
	clean = ${evil("clean")}
	smudge = ${evil("smudge")}
	required = true
[filter "long"]
	process = ${evil("filter-process")}
`;
}

function plantedRemotes(evil: Evil): string {
  return `[url "ext::${evil("instead-of")} "]
	insteadOf = ${project.remote}
	pushInsteadOf = ${project.remote}
[protocol]
	allow = always
[alias]
	status = !${evil("alias")}
	fetch = !${evil("alias")}
[gpg]
	program = ${evil("gpg")}
[commit]
	gpgSign = true
[push]
	gpgSign = if-asked
[uploadpack]
	packObjectsHook = ${evil("pack-objects")}
[remote "origin"]
	url = ${project.remote}
	uploadpack = ${evil("upload-pack")}
	receivepack = ${evil("receive-pack")}
	fetch = +refs/heads/*:refs/remotes/origin/*
[submodule "sub"]
	update = !${evil("submodule-update")}
	active = true
[submodule]
	recurse = true
[user]
	name = Agent
	email = agent@example.org
`;
}

function plantHooks(folder: string, name: string): void {
  for (const hook of HOOKS) {
    writeFileSync(join(folder, hook), `#!/bin/sh\ntouch ${canaries}/${name}-${hook}\n`, { mode: 0o755 });
  }
}

const ATTRIBUTES = "* filter=planted diff=planted merge=planted\n*.long filter=long\n";

/** Plants in a git dir whatever Git might read from one. */
function plantGitDir(gitDir: string, name: string): void {
  mkdirSync(join(gitDir, "hooks"), { recursive: true });
  mkdirSync(join(gitDir, "info"), { recursive: true });
  plantHooks(join(gitDir, "hooks"), `${name}-own-hook`);
  const config = plantedConfig(name);
  project.write(gitDir, { config, "config.worktree": config, "info/attributes": ATTRIBUTES });
}

function plant(lane: LaneTree): void {
  project.write(project.root, { "evil/attributes": ATTRIBUTES });
  plantGitDir(join(lane.path, ".git"), "workspace");
  for (const nested of ["nested", "nested-too", "sub"]) {
    mkdirSync(join(lane.path, nested), { recursive: true });
    project.git(join(lane.path, nested), "init", "-q");
    project.write(join(lane.path, nested), { "inner.txt": "inner\n", ".gitattributes": ATTRIBUTES });
    project.git(join(lane.path, nested), "add", "inner.txt");
    project.git(join(lane.path, nested), "commit", "-q", "-m", "inner");
    // Of the same size, so that only its content, and with it a filter, tells the difference.
    project.write(join(lane.path, nested), { "inner.txt": "INNER\n" });
    plantGitDir(join(lane.path, nested, ".git"), nested);
  }
  // The store that the workspace's alternates name, and every folder above it, made to look like a repository.
  for (let folder = join(project.state, "mirror/objects"); folder !== dirname(project.root); folder = dirname(folder)) {
    plantGitDir(folder, "above-objects");
    project.write(folder, {
      HEAD: "ref: refs/heads/main\n",
      "refs/heads/main": `${"1".repeat(40)}\n`,
      ".gitconfig": plantedConfig("home"),
    });
    plantGitDir(join(folder, ".git"), "above-objects");
  }
  plantGitDir(join(project.workspaces, ".git"), "above-workspace");
  project.write(lane.path, {
    ".gitattributes": ATTRIBUTES,
    ".gitmodules": `[submodule "sub"]\n\tpath = sub\n\turl = ext::${program("gitmodules")} \n\tupdate = none\n\tignore = none\n`,
    "src/a.txt": "changed by the agent\n",
    "one.long": "long\n",
  });
  writeFileSync(join(lane.path, "git"), `#!/bin/sh\ntouch ${canaries}/git-in-the-tree\n`, { mode: 0o755 });
}

/** An agent that is still running and puts everything back in place again and again. */
function keepPlanting(lane: LaneTree): ChildProcess {
  const source = join(project.root, "evil/config.source");
  project.write(dirname(source), { "config.source": plantedConfig("workspace") });
  const targets = [".git/config", ".git/config.worktree", "nested/.git/config", "sub/.git/config"];
  const script = `c=$(cat ${source}); while :; do for t in ${targets.join(" ")}; do echo "$c" > $t; done; sleep 0.05; done`;
  return spawn("/bin/sh", ["-c", script], { cwd: lane.path, stdio: "ignore" });
}

/** Runs Git as a careless host would: in the workspace, by the workspace's own configuration. */
function careless(lane: LaneTree, ...args: string[]): void {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: project.root,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ALLOW_PROTOCOL: "file:ext",
  };
  spawnSync("git", args, { cwd: lane.path, env, timeout: 10_000 });
}

async function baseWithSubmodule(): Promise<void> {
  project.git(project.root, "clone", "-q", project.remote, "with-sub");
  const folder = join(project.root, "with-sub");
  const { baseSha } = await project.host.refreshMirror(project.signal);
  project.git(folder, "update-index", "--add", "--cacheinfo", `160000,${baseSha},sub`);
  project.git(folder, "commit", "-q", "-m", "sub");
  project.git(folder, "push", "-q", "origin", "main");
}

/** Every method of HostGit, with a merge that is clean and one that is not. */
async function useEverything(lane: LaneTree): Promise<void> {
  const { host, signal } = project;
  const take = () => host.takeOver(lane, { message: "taken\n" }, signal);
  await host.refreshMirror(signal);
  await host.prepare(lane, signal);
  await host.inspect(lane, signal);
  const both = `${lane.workspaceKey}.both`;
  project.write(lane.path, { [both]: "ours\n" });
  const { baseSha, headSha } = await take();
  await host.diff(baseSha, headSha, 100_000, signal);
  await host.isAncestor(baseSha, headSha, signal);
  const expected = (await host.remoteHead(lane.branch, signal)) ?? null;
  await host.push(lane.branch, headSha, expected, signal);
  const checkout = await host.checkout(headSha, join(project.root, "checks", lane.workspaceKey), signal);
  await checkout.release();
  publish({ [`${lane.workspaceKey}.txt`]: "more\n" });
  expect(await host.mergeBase(lane, signal)).toBe("merged");
  publish({ [both]: "theirs\n" });
  expect(await host.mergeBase(lane, signal)).toBe("conflict");
  project.write(lane.path, { [both]: "solved\n" });
  await take();
  project.write(lane.path, { "late.txt": "late\n", [both]: "late\n" });
  expect(await host.salvage(lane, join(project.root, "salvage", lane.workspaceKey), signal)).not.toBeNull();
  await host.forget(lane, signal);
  await host.prepare(lane, signal);
}

function publish(files: Readonly<Record<string, string>>): void {
  importCommit(project.remote, "main", { from: tipOf(project.remote, "main"), files, message: "more" });
}

describe.each(["worktree", "clone"] as const)("an agent that plants commands in a %s", (strategy) => {
  test("has none of them run by the host, in its own lane or in another one", { timeout: 120_000 }, async () => {
    await baseWithSubmodule();
    const [lane, before, after] = [
      project.lane("EVIL", strategy),
      project.lane("OLD", strategy),
      project.lane("NEW", strategy),
    ];
    await project.host.prepare(before, project.signal);
    await project.host.prepare(lane, project.signal);
    if (strategy === "clone") project.git(lane.path, "commit", "-q", "--allow-empty", "-m", "own");
    plant(lane);

    // The control: what is planted does fire for a host that is careless.
    for (const args of [
      ["status"],
      ["diff"],
      ["add", "one.long"],
      ["st"],
      ["fetch", project.remote],
      ["-c", "core.fsmonitor=false", "commit", "-m", "x"],
    ]) {
      careless(lane, ...args);
    }
    const control = ["clean", "diff-command", "filter-process", "fsmonitor", "included", "instead-of"];
    expect(control.filter((what) => !fired().some((name) => name.endsWith(`-${what}`)))).toEqual([]);
    rmSync(canaries, { recursive: true });
    mkdirSync(canaries);

    project.write(lane.path, {
      ".git/commondir": `${project.root}/.git\n`,
      "nested-too/.git/commondir": `${project.root}/.git\n`,
    });
    agent = keepPlanting(lane);
    try {
      for (const used of [lane, before, after]) await useEverything(used);
    } finally {
      expect(fired()).toEqual([]);
    }
    expect(agent.exitCode).toBeNull();
  });
});
