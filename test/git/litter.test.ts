import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaneTree } from "../../src/git/index.ts";
import { makeProject, type Project } from "./project.ts";

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

describe.each(["worktree", "clone"] as const)("litter in a %s", (strategy) => {
  let lane: LaneTree;
  const prepare = async (): Promise<void> => {
    lane = project.lane("ABC-1", strategy);
    await project.host.prepare(lane, project.signal);
  };
  const take = async () => {
    const commit = { message: "x\n", litter: [".agent", ".agent.json"] };
    const { files } = await project.host.takeOver(lane, commit, project.signal);
    return files.map(({ path }) => path);
  };
  const at = (name: string): string => join(lane.path, name);

  test("is removed with its empty folders, and nothing else is", async () => {
    await prepare();
    project.write(lane.path, {
      ".agent/a/state": "1\n",
      ".agent.json": "{}\n",
      ".agents/mine": "1\n",
      "new.txt": "1\n",
    });
    mkdirSync(at(".agent/empty/deep"), { recursive: true });
    expect(await take()).toEqual([".agents/mine", "new.txt"]);
    expect([".agent", ".agent.json", ".agents/mine"].map((name) => existsSync(at(name)))).toEqual([false, false, true]);
  });

  test("is the project's own where the project tracks something below that name", async () => {
    project.publish("main", { ".agent/rules.md": "Be kind.\n" });
    await prepare();
    project.write(lane.path, { ".agent/skill.md": "Juggle.\n", ".agent.json": "{}\n" });
    expect(await take()).toEqual([".agent/skill.md"]);
    expect(existsSync(at(".agent.json"))).toBe(false);
  });

  test("what the project ignores is left alone: a hook may have put it there", async () => {
    await prepare();
    project.write(lane.path, { ".agent/settings.log": "1\n", ".agent/state": "1\n" });
    expect(await take()).toEqual([]);
    expect([".agent/settings.log", ".agent/state"].map((name) => existsSync(at(name)))).toEqual([true, false]);
  });

  test("a link goes, not what it leads to; and so does a repository of the agent's own", async () => {
    await prepare();
    project.write(project.root, { "elsewhere/precious": "1\n" });
    symlinkSync(join(project.root, "elsewhere"), at(".agent.json"));
    mkdirSync(at(".agent"));
    project.git(at(".agent"), "init", "-q");
    expect(await take()).toEqual([]);
    expect([at(".agent"), at(".agent.json")].map(existsSync)).toEqual([false, false]);
    expect(existsSync(join(project.root, "elsewhere/precious"))).toBe(true);
  });
});
