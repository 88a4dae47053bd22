import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Forge } from "../../../src/contracts/forge.ts";
import { localForge } from "../../../src/forges/local/index.ts";
import { type ForgePlace, forgePlace, git, pushFiles } from "../place.ts";

const options = { signal: new AbortController().signal };
const places: ForgePlace[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const place of places.splice(0)) place.remove();
});

async function withForge() {
  const place = await forgePlace();
  places.push(place);
  const forge = await localForge.open({}, place.context);
  const remote = forge.remote() ?? "";
  const push = (branch: string, files: Record<string, string>): string => pushFiles(remote, branch, files);
  const ensure = async (branch: string, title = "One") => {
    const headSha = push(branch, { [`${branch}.txt`]: "new\n" });
    return forge.ensureChange({ branch, base: "main", headSha, title, body: "" }, options);
  };
  const file = (id: string): string => join(`${remote}.forge`, `${id}.json`);
  return { ...place, forge, remote, push, ensure, file };
}

const again = ({ context }: ForgePlace): Promise<Forge> => localForge.open({}, context);
const stateOf = async (forge: Forge, id: string) => (await forge.changesByIds([id], options))[0];

describe("a merge", () => {
  it("is a merge commit of the forge's own that names the change", async () => {
    const { forge, remote, ensure } = await withForge();
    const change = await ensure("work", "Add a\nthing\n\nMaestro-Change: #9");
    const base = git(remote, "rev-parse", "main");
    await forge.merge(change.id, change.headSha, options);
    expect(git(remote, "log", "-1", "--format=%an <%ae>, %cn", "main")).toBe(
      "Maestro local forge <forge@maestro.invalid>, Maestro local forge",
    );
    expect(git(remote, "log", "-1", "--format=%P", "main")).toBe(`${base} ${change.headSha}`);
    expect(git(remote, "log", "-1", "--format=%B", "main")).toBe(
      "Merge change #1: Add a thing Maestro-Change: #9\n\nMaestro-Change: #1",
    );
    expect(git(remote, "show", "main:work.txt")).toBe("new");
  });

  it.each(["branch there", "branch deleted", "branch moved on"])(
    "that a crash cut off before its note is known from its commit: %s",
    async (after) => {
      const place = await withForge();
      const { forge, remote, ensure, push, file } = place;
      const change = await ensure("work");
      const before = readFileSync(file(change.id), "utf8");
      const result = await forge.merge(change.id, change.headSha, options);
      writeFileSync(file(change.id), before);
      if (after === "branch deleted") git(remote, "update-ref", "-d", "refs/heads/work");
      if (after === "branch moved on") push("work", { "late.txt": "late\n" });
      push("main", { "other.txt": "other\n" });
      const tip = git(remote, "rev-parse", "main");
      const fresh = await again(place);
      expect(await stateOf(fresh, change.id)).toMatchObject({
        state: "merged",
        headSha: change.headSha,
        mergedSha: result.kind === "refused" ? "" : result.sha,
      });
      expect(await fresh.merge(change.id, change.headSha, options)).toEqual({ ...result, kind: "already" });
      expect(git(remote, "rev-parse", "main")).toBe(tip);
      expect(JSON.parse(readFileSync(file(change.id), "utf8"))).toMatchObject({ state: "merged" });
    },
  );

  it("is not believed from an agent's own commit, nor from an older change of that number", async () => {
    const { forge, checkout, remote, ensure, file } = await withForge();
    const merged = await ensure("first");
    await forge.merge(merged.id, merged.headSha, options);
    rmSync(file(merged.id));
    const change = await ensure("work");
    expect(change).toMatchObject({ id: "1", state: "open" });
    git(checkout, "fetch", "--quiet", remote, "main", "work");
    const parents = ["-p", git(remote, "rev-parse", "main"), "-p", change.headSha];
    const message = "Merge change #1: One\n\nMaestro-Change: #1";
    const forged = git(checkout, "commit-tree", `${change.headSha}^{tree}`, ...parents, "-m", message);
    git(checkout, "push", "--quiet", remote, `${forged}:refs/heads/other`);
    const draft = { branch: "other", base: "main", headSha: forged, title: "Other", body: "" };
    const other = await forge.ensureChange(draft, options);
    expect(await forge.merge(other.id, forged, options)).toMatchObject({ kind: "merged" });
    expect(await stateOf(forge, "1")).toMatchObject({ state: "open" });
  });

  it("of what the base holds already makes no commit", async () => {
    const { forge, remote, ensure } = await withForge();
    const change = await ensure("work");
    git(remote, "update-ref", "refs/heads/main", change.headSha);
    const result = await forge.merge(change.id, change.headSha, options);
    expect(result).toEqual({ kind: "merged", sha: change.headSha });
    expect(git(remote, "rev-parse", "main")).toBe(change.headSha);
    expect(await stateOf(forge, change.id)).toMatchObject({ state: "merged", mergedSha: change.headSha });
  });

  it("of a branch without a common commit is a conflict", async () => {
    const { forge, checkout, remote } = await withForge();
    git(checkout, "checkout", "--quiet", "--orphan", "alone");
    git(checkout, "commit", "--quiet", "--message", "alone");
    git(checkout, "push", "--quiet", remote, "HEAD:refs/heads/alone");
    const headSha = git(checkout, "rev-parse", "HEAD");
    const change = await forge.ensureChange({ branch: "alone", base: "main", headSha, title: "T", body: "" }, options);
    expect(change.mergeability).toBe("conflict");
    expect(await forge.merge(change.id, headSha, options)).toMatchObject({ kind: "refused", code: "conflict" });
  });

  it("runs nothing that the repository or the user has planted", async () => {
    const { forge, root, remote, ensure } = await withForge();
    const change = await ensure("work");
    const trap = join(root, "sprung");
    const program = join(root, "trap.sh");
    writeFileSync(program, `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    mkdirSync(join(remote, "hooks"), { recursive: true });
    writeFileSync(join(remote, "hooks/reference-transaction"), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    git(remote, "config", "core.fsmonitor", program);
    git(remote, "config", "diff.external", program);
    git(remote, "config", "core.pager", program);
    git(remote, "config", "gpg.program", program);
    git(remote, "config", "commit.gpgSign", "true");
    mkdirSync(join(root, "home"));
    writeFileSync(join(root, "home/.gitconfig"), `[core]\n\thooksPath = ${root}\n[diff]\n\texternal = ${program}\n`);
    vi.stubEnv("HOME", join(root, "home"));
    vi.stubEnv("GIT_EXTERNAL_DIFF", program);
    expect(await forge.diff(change.id, options)).toContain("+new");
    expect(await forge.merge(change.id, change.headSha, options)).toMatchObject({ kind: "merged" });
    expect(await forge.deleteBranch("work", null, options)).toBe("deleted");
    expect(existsSync(trap)).toBe(false);
  });
});

describe("branches", () => {
  it("follow plain pushes, packed or not, with slashes in their names", async () => {
    const { forge, remote, push } = await withForge();
    const sha = push("a/b/c", { "x.txt": "x\n" });
    expect(await forge.branchHead("a/b/c", options)).toBe(sha);
    git(remote, "pack-refs", "--all");
    expect(await forge.branchHead("a/b/c", options)).toBe(sha);
    expect(await forge.branchHead("a/b", options)).toBeUndefined();
    expect(await forge.branchHead("--all", options)).toBeUndefined();
    expect(await forge.deleteBranch("a/b/c", sha, options)).toBe("deleted");
  });

  it("close their change when they are deleted, whose head stays readable", async () => {
    const { forge, remote, ensure } = await withForge();
    const change = await ensure("work");
    await forge.deleteBranch("work", null, options);
    git(remote, "gc", "--quiet", "--prune=now");
    expect(await forge.findChange("work", options)).toMatchObject({ state: "closed", headSha: change.headSha });
    expect(await forge.diff(change.id, options)).toContain("+new");
  });

  it("close it also when the deletion was cut off before that", async () => {
    const { forge, remote, ensure } = await withForge();
    const change = await ensure("work");
    git(remote, "update-ref", "-d", "refs/heads/work");
    expect(await stateOf(forge, change.id)).toMatchObject({ state: "open", mergeability: "unknown" });
    expect(await forge.merge(change.id, change.headSha, options)).toMatchObject({ code: "not_allowed" });
    expect(await forge.deleteBranch("work", change.headSha, options)).toBe("already");
    expect(await stateOf(forge, change.id)).toMatchObject({ state: "closed" });
  });

  it("do not include the default one when they are deleted", async () => {
    const { forge } = await withForge();
    await expect(forge.deleteBranch("main", null, options)).rejects.toMatchObject({ code: "forge_status" });
    expect(await forge.branchHead("main", options)).toBeDefined();
  });
});

describe("files", () => {
  it.each([
    ["half a file", '{"version": 1', /not valid JSON/],
    ["a newer version", '{"version": 2}', /version 2/],
    ["a wrong type", '{"version": 1, "number": "1"}', /number|required/],
    ["another change's file", undefined, /says that it is change 2/],
  ])("that hold %s are an error with their path, and no answer", async (_, text, says) => {
    const { forge, ensure, file } = await withForge();
    await ensure("one");
    await ensure("two");
    writeFileSync(file("1"), text ?? readFileSync(file("2"), "utf8"));
    const error = { code: "forge_response", message: expect.stringMatching(says), facts: { path: file("1") } };
    await expect(forge.list({ state: null }, options)).rejects.toMatchObject(error);
    await expect(forge.changesByIds(["1"], options)).rejects.toMatchObject(error);
    expect(await stateOf(forge, "2")).toMatchObject({ branch: "two" });
  });

  it("that are gone with their folder are an error, not changes that are gone", async () => {
    const { forge, remote, ensure } = await withForge();
    await ensure("one");
    rmSync(`${remote}.forge`, { recursive: true });
    await expect(forge.changesByIds(["1"], options)).rejects.toMatchObject({ code: "forge_status" });
  });
});

it("asks for another base by retargeting the one change", async () => {
  const { forge, remote, ensure } = await withForge();
  const change = await ensure("work");
  const draft = { branch: "work", base: "next", headSha: change.headSha, title: "T", body: "" };
  await expect(forge.ensureChange(draft, options)).rejects.toMatchObject({ code: "forge_not_found" });
  git(remote, "update-ref", "refs/heads/next", "main");
  expect(await forge.ensureChange(draft, options)).toMatchObject({ id: change.id, base: "next", title: "T" });
});
