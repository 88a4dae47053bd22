import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaneTree } from "../../src/git/index.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

describe.each(["worktree", "clone"] as const)("workingDiff of a %s", (strategy) => {
  let lane: LaneTree;
  const diff = (maxBytes = 100_000) => project.host.workingDiff(lane, maxBytes, project.signal);
  const prepare = async () => {
    lane = project.lane("ABC-1", strategy);
    await project.host.prepare(lane, project.signal);
  };

  test("shows what is committed and what is not, files that Git does not know among it, and changes nothing", async () => {
    await prepare();
    project.write(lane.path, { "kept.txt": "kept\n" });
    const { headSha } = await project.host.takeOver(lane, { message: "keep\n" }, project.signal);
    project.write(lane.path, { "loose.txt": "loose\n", "src/a.txt": "other\n" });
    const before = project.git(lane.path, "status", "--porcelain");
    const seen = await diff();
    expect(seen.files.map(({ path }) => path)).toEqual(["kept.txt", "loose.txt", "src/a.txt"]);
    for (const line of ["+kept", "+loose", "+other"]) expect(seen.diff).toContain(line);
    expect(seen.problems).toBe("");
    expect(project.git(lane.path, "status", "--porcelain")).toBe(before);
    const after = await project.host.inspect(lane, project.signal);
    expect(after).toMatchObject({ headSha, dirtyFiles: ["loose.txt", "src/a.txt"] });
  });

  test("is empty without work, is cut where asked, and tells of blanks at the ends of lines", async () => {
    await prepare();
    expect(await diff()).toEqual({ diff: "", files: [], problems: "" });
    project.write(lane.path, { "long.txt": "blank \n".repeat(100) });
    const seen = await diff(200);
    expect(seen.diff.length).toBeLessThanOrEqual(200);
    expect(seen.problems).toContain("long.txt:1: trailing whitespace.");
  });

  test("runs no program that the tree names", async () => {
    await prepare();
    project.write(lane.path, { ".gitattributes": "*.txt diff=evil filter=evil\n", "a.txt": "a\n" });
    project.git(lane.path, "config", "diff.evil.textconv", "touch ../evil; cat");
    project.git(lane.path, "config", "filter.evil.clean", "touch ../evil; cat");
    expect((await diff()).diff).toContain("+a");
    expect(() => project.read(lane.path, "../evil")).toThrow();
  });

  test("names the files whose conflicts with the base are to be solved, until they are", async () => {
    await prepare();
    project.write(lane.path, { "src/a.txt": "ours\n" });
    await project.host.takeOver(lane, { message: "ours\n" }, project.signal);
    project.publish("main", { "src/a.txt": "theirs\n", "more.txt": "more\n" });
    expect(await project.host.mergeBase(lane, project.signal)).toBe("conflict");
    expect(await project.host.inspect(lane, project.signal)).toMatchObject({ conflicts: ["src/a.txt"] });
    expect((await diff()).problems).toContain("leftover conflict marker");
    project.write(lane.path, { "src/a.txt": "both\n" });
    expect((await diff()).files.map(({ path }) => path)).toEqual(["src/a.txt"]);
    await project.host.takeOver(lane, { message: "both\n" }, project.signal);
    expect((await project.host.inspect(lane, project.signal)).conflicts).toBeUndefined();
  });
});
