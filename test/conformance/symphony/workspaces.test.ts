import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { fails, onAndOn } from "./actor.ts";
import { type Front, newStage, type Setting, type Stage } from "./service.ts";

/** Starts issues that go on; gives the workspace of each when all are at work. */
async function workspacesOf(identifiers: readonly string[]): Promise<Map<string, string>> {
  const stage = await newStage({ front: { agent: { max_concurrent_agents: 20 } } });
  for (const identifier of identifiers) stage.board.put(identifier);
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === identifiers.length);
  return new Map(stage.actor.scenes.map(({ issue, request }) => [issue, request.workspace]));
}

test("S-021, S-022, S-023, S-163, S-150 folders are the identifier's harmless characters, with a hash where that changed it", async () => {
  const long = `LONG-${"x".repeat(300)}`;
  const names = [
    "ABC-1",
    "a.b_c-2",
    "team/a-1",
    "team_a-1",
    "team:a-1",
    "größe 1",
    ".",
    "..",
    long,
    "Fold-1",
    "fold-1",
  ];
  const paths = await workspacesOf(names);
  const keys = new Map([...paths].map(([name, path]) => [name, basename(path)]));
  expect(keys.get("ABC-1")).toBe("ABC-1");
  expect(keys.get("a.b_c-2")).toBe("a.b_c-2");
  expect(keys.get("team_a-1")).toBe("team_a-1");
  expect(keys.get("team/a-1")).toMatch(/^team_a-1-{1,2}[0-9a-f]{16}$/);
  expect(keys.get("größe 1")).toMatch(/^gr__e_1-{1,2}[0-9a-f]{16}$/);
  expect(new Set([...keys.values()].map((key) => key.toLowerCase())).size).toBe(names.length);
  for (const key of keys.values()) {
    expect(key).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
    expect(key.length).toBeLessThan(200);
  }
  // Each directly below the one root.
  expect(new Set([...paths.values()].map((path) => dirname(path))).size).toBe(1);
  // The hash is of the identifier alone: the same one everywhere, at any time.
  const again = await workspacesOf(["team/a-1"]);
  expect(basename(again.get("team/a-1") ?? "")).toBe(keys.get("team/a-1"));
});

/** Lets A-1 fail once and then go on, with these settings. */
async function twice(setting: Setting): Promise<Stage> {
  const stage = await newStage(setting);
  stage.board.put("A-1");
  stage.actor.play = (scene, turn) => (stage.actor.scenes.length > 1 ? onAndOn : fails())(scene, turn);
  await stage.start();
  await stage.event("retry_scheduled");
  return stage;
}

test("S-016, S-150, S-151 a workspace is used again by the next run, and after_create runs only when it was made", async () => {
  const stage = await twice({ front: { hooks: { after_create: "date >> created" } } });
  const path = stage.all("workspace_prepared")[0]?.path ?? "";
  await writeFile(join(path, "work"), "half done");
  await stage.clock.jump(11_000);
  await stage.event("workspace_prepared", 2);
  expect(stage.all("workspace_prepared")).toMatchObject([
    { path, created: true },
    { path, created: false },
  ]);
  expect(stage.all("lane_opened")).toMatchObject([{ workspaceKey: basename(path) }]);
  expect(path).toMatch(/^\//);
  expect(await readFile(join(path, "work"), "utf8")).toBe("half done");
  expect((await readFile(join(path, "created"), "utf8")).trim().split("\n")).toHaveLength(1);
});

/** Puts something at the place of A-1's workspace before anything starts. */
async function prepared(at: (root: string) => Promise<void>, front: Front = {}): Promise<Stage> {
  const stage = await newStage({ front: { workspace: { root: "../spaces" }, ...front } });
  const root = join(stage.root, "spaces");
  await mkdir(root);
  await at(root);
  stage.board.put("A-1");
  stage.actor.play = onAndOn;
  await stage.start();
  return stage;
}

test("S-152 a file in the place of a workspace is moved aside, kept, and a folder made", async () => {
  const stage = await prepared((root) => writeFile(join(root, "A-1"), "precious"));
  await stage.until(() => stage.actor.scenes.length === 1);
  expect((await stat(join(stage.root, "spaces", "A-1"))).isDirectory()).toBe(true);
  const files = await readdir(stage.home, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")),
  );
  expect(texts).toContain("precious");
});

test("S-153, S-157 a workspace that cannot be filled fails the run, and the next one begins it anew", async () => {
  const hooks = { after_create: `echo x >> ../tries; ls -A > before; test "$(wc -l < ../tries)" -gt 1` };
  const stage = await twice({ front: { hooks } });
  expect(stage.actor.scenes).toEqual([]);
  expect(stage.all("work_settled")).toMatchObject([{ outcome: { status: "failed", reason: { code: "hook_failed" } } }]);
  stage.actor.play = onAndOn;
  await stage.clock.jump(11_000);
  await stage.until(() => stage.actor.scenes.length === 1);
  // Nothing of the first try was there, but the file that the shell makes for the output.
  expect(await readFile(join(stage.actor.scenes[0]?.request.workspace ?? "", "before"), "utf8")).toBe("before\n");
});

test("S-161, S-162 an agent is not started where a link leads out of the root", async () => {
  const stage = await prepared(async (root) => {
    await mkdir(join(root, "..", "outside"));
    await symlink("../outside", join(root, "A-1"));
  });
  await stage.event("work_settled");
  expect(stage.actor.scenes).toEqual([]);
  expect(stage.all("work_settled")).toMatchObject([
    { outcome: { status: "failed", reason: { code: "workspace_symlink" } } },
  ]);
  expect(await readdir(join(stage.root, "outside"))).toEqual([]);
});

test("S-161 an agent's folder is the issue's workspace below the root", async () => {
  const stage = await prepared(async () => undefined);
  await stage.until(() => stage.actor.scenes.length === 1);
  expect(stage.actor.scenes[0]?.request.workspace).toBe(join(stage.root, "spaces", "A-1"));
});
