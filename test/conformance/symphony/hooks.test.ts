import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processesOf } from "../../e2e/ground.ts";
import { fails, onAndOn, type Play } from "./actor.ts";
import { type Front, newStage, type Stage } from "./service.ts";

/** Starts A-1 with these hooks. */
async function withHooks(hooks: Front, play: Play = onAndOn, front: Front = {}): Promise<Stage> {
  const stage = await newStage({ front: { hooks, ...front } });
  stage.board.put("A-1");
  stage.actor.play = play;
  await stage.start();
  return stage;
}

const workspace = (stage: Stage): string => stage.all("workspace_prepared")[0]?.path ?? "";

test("S-154, S-266 hooks are shell scripts of several lines that run in the workspace", async () => {
  const stage = await withHooks({ after_create: 'name=$(basename "$PWD")\nif [ -n "$name" ]; then\n  pwd > here\nfi' });
  await stage.event("workspace_prepared");
  expect(await readFile(join(workspace(stage), "here"), "utf8")).toBe(`${workspace(stage)}\n`);
});

test("S-155, S-048, S-266 a hook that takes longer than hooks.timeout_ms is ended with what it started", async () => {
  const stage = await withHooks({ before_run: "sleep 1000 & sleep 1000", timeout_ms: 300 });
  await stage.event("work_settled");
  expect(stage.all("work_settled")).toMatchObject([
    { outcome: { status: "failed", reason: { code: "hook_timeout" } } },
  ]);
  expect(processesOf(stage.root)).toEqual([]);
  expect(stage.actor.scenes).toEqual([]);
});

test("S-156 starts, failures and time-outs of hooks are logged, with at most 2048 bytes of what they say", async () => {
  const stage = await withHooks({ before_run: "head -c 9000 /dev/zero | tr '\\0' x; exit 7" });
  await stage.event("work_settled");
  const about = stage.log.entries.filter(({ fields }) => fields.hook === "before_run");
  expect(about.map(({ level, message }) => [level, message])).toEqual([
    ["info", "hook started"],
    ["warn", "hook failed"],
  ]);
  expect(about.map(({ fields }) => fields.issue_identifier)).toEqual(["A-1", "A-1"]);
  expect(JSON.stringify(about[1]?.fields)).toMatch(/exit code 7.*x{2048}(?!x)/);
});

test("S-157 a failing after_create is no workspace: the run fails before anything else happens", async () => {
  const stage = await withHooks({ after_create: "exit 1", before_run: "touch ../begun" });
  await stage.event("work_settled");
  expect(stage.all("work_settled")).toMatchObject([{ outcome: { status: "failed", reason: { code: "hook_failed" } } }]);
  expect(stage.all("hook_finished").map(({ hook }) => hook)).toEqual(["after_create"]);
});

test("S-158 before_run comes before every run, and a failing one is no run", async () => {
  const stage = await withHooks({ before_run: 'echo x >> runs; test "$(wc -l < runs)" -lt 2' }, fails());
  await stage.event("retry_scheduled");
  expect(stage.actor.scenes).toHaveLength(1);
  await stage.clock.jump(11_000);
  await stage.event("retry_scheduled", 2);
  expect(stage.actor.scenes).toHaveLength(1);
  expect(stage.all("work_settled")[1]).toMatchObject({ outcome: { reason: { code: "hook_failed" } } });
});

test("S-159 after_run follows every run: a good one, a failed one, one that was called off, one whose before_run failed", async () => {
  const hooks = { after_run: "touch ../after" };
  const done = async (stage: Stage) => {
    await stage.event("work_settled");
    await access(join(workspace(stage), "../after"));
  };
  await done(await withHooks(hooks, async () => undefined, { agent: { max_turns: 1 } }));
  await done(await withHooks(hooks, fails()));
  await done(await withHooks({ ...hooks, before_run: "exit 1" }));
  const stage = await withHooks({ ...hooks, before_remove: "test -e ../after && touch ../in-order" });
  await stage.until(() => stage.actor.scenes.length === 1);
  stage.board.put("A-1", { state: "Done" });
  stage.board.hint();
  await stage.event("lane_closed");
  await access(join(workspace(stage), "../in-order"));
});

test("S-159 a failing after_run changes nothing about its run", async () => {
  const stage = await withHooks({ after_run: "exit 9" }, async () => undefined, { agent: { max_turns: 1 } });
  await stage.event("work_settled");
  expect(stage.all("work_settled")).toMatchObject([{ outcome: { status: "succeeded" } }]);
  expect(stage.log.entries).toContainEqual(expect.objectContaining({ level: "warn", message: "hook failed" }));
});

test("S-160 before_remove comes before the removal, which goes on when it fails or takes too long", async () => {
  for (const script of ["exit 1", "sleep 1000"]) {
    const hooks = { before_remove: `ls -d "$PWD" > ../seen; ${script}`, timeout_ms: 300 };
    const stage = await withHooks(hooks, async ({ issue }) => {
      stage.board.put(issue, { state: "Done" });
      return undefined;
    });
    await stage.event("lane_closed");
    expect(await readFile(join(workspace(stage), "../seen"), "utf8")).toBe(`${workspace(stage)}\n`);
    await expect(access(workspace(stage))).rejects.toThrow();
    expect(stage.log.entries).toContainEqual(expect.objectContaining({ level: "warn", message: "hook failed" }));
  }
});
