import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ReadFile, fileReader, isRefName, readLooseRefs, readRef } from "../../src/git/refs.ts";
import { importCommit } from "./fast-import.ts";
import { makeProject, type Project } from "./project.ts";

describe("refs as files", () => {
  let project: Project;
  let read: ReadFile;
  beforeEach(() => {
    project = makeProject();
    read = fileReader(project.options.runtime);
  });
  afterEach(() => project.remove());

  const ref = (name: string) => readRef(read, project.remote, `refs/heads/${name}`);
  const said = (name: string) => project.git(project.remote, "rev-parse", "--verify", `refs/heads/${name}`).trim();

  describe("a ref read from its files", () => {
    test("is what Git says: loose, packed, packed and moved since, gone", async () => {
      for (const name of ["a", "b/c", "gone"]) project.publish(name, { [`${name}.txt`]: `${name}\n` });
      for (const name of ["main", "a", "b/c"]) expect(await ref(name)).toBe(said(name));
      project.git(project.remote, "pack-refs", "--all");
      for (const name of ["main", "a", "b/c"]) expect(await ref(name)).toBe(said(name));
      const moved = importCommit(project.remote, "a", { from: said("a"), files: { "d.txt": "d\n" }, message: "d" });
      expect(await ref("a")).toBe(moved);
      project.git(project.remote, "update-ref", "-d", "refs/heads/gone");
      for (const name of ["gone", "never", "c", "refs/heads/main"]) expect(await ref(name)).toBeUndefined();
    });

    test.each<[string, string, () => void]>([
      ["symbolic", "other", () => project.git(project.remote, "symbolic-ref", "refs/heads/other", "refs/heads/main")],
      ["damaged", "main", () => writeFileSync(join(project.remote, "refs/heads/main"), "")],
      ["a folder", "a", () => project.publish("a/b", {})],
      ["below a file", "main/a", () => undefined],
      ["in a repository that is gone", "main", () => renameSync(project.remote, `${project.remote}-away`)],
      ["in a folder that is no repository", "none", () => rmSync(join(project.remote, "HEAD"))],
      ["kept in tables", "none", () => project.write(join(project.remote, "reftable"), { "tables.list": "" })],
      ["outside", "../../../secret", () => undefined],
    ])("is left to Git when it is %s", async (_, name, make) => {
      make();
      expect(await ref(name)).toBeNull();
    });
  });

  test("loose refs below a folder are all of them, without locks and drafts; with packed ones only Git knows all", async () => {
    const { runtime } = project.options;
    const shas = [said("main"), project.publish("x/y", { "y.txt": "y\n" })];
    const heads = join(project.remote, "refs/heads");
    for (const name of ["main.lock", ".main.1234.tmp"]) writeFileSync(join(heads, name), "half");
    mkdirSync(join(heads, "empty"));
    expect(await readLooseRefs(runtime, project.remote, "refs/heads/")).toEqual(shas);
    expect(await readLooseRefs(runtime, project.remote, "refs/none/")).toEqual([]);
    writeFileSync(join(heads, "bad"), "half");
    expect(await readLooseRefs(runtime, project.remote, "refs/heads/")).toBeNull();
    rmSync(join(heads, "bad"));
    project.git(project.remote, "pack-refs", "--all");
    expect(await readLooseRefs(runtime, project.remote, "refs/heads/")).toBeNull();
  });
});

test.each([
  ["refs/heads/main", true],
  ["refs/heads/a/b-c.d", true],
  ["refs/heads/ü", true],
  ["refs/heads/x.tmp", true],
  ["HEAD", false],
  ["refs/heads/", false],
  ["refs/heads/../x", false],
  ["refs/heads//x", false],
  ["refs/heads/.x", false],
  ["refs/heads/x.lock", false],
  ["refs/heads/x.lock/y", false],
  ["refs/heads/a b", false],
  ["refs/heads/a\tb", false],
  ["refs/heads/a\u0001b", false],
  ["refs/heads/a~1", false],
  ["refs/heads/a@{1}", false],
  ["refs/heads/a.", false],
])("%j is a ref's name: %s", (name, isName) => {
  expect(isRefName(name)).toBe(isName);
});
