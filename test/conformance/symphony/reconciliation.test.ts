import { access } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Issue } from "../../../src/model/issue.ts";
import { onAndOn } from "./actor.ts";
import { type Front, newStage, type Stage } from "./service.ts";

/** A service at work on A-1, which goes on for ever. */
async function atWork(front: Front = {}): Promise<Stage> {
  const stage = await newStage({ front, port: 0 });
  stage.board.put("A-1");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => (stage.actor.scenes[0]?.prompts.length ?? 0) > 0);
  return stage;
}

const workspaceOf = (stage: Stage): string => stage.actor.scenes[0]?.request.workspace ?? "";

test("S-125 a run that was silent for longer than agent.stall_timeout_ms is ended and retried", async () => {
  const stage = await atWork({ codex: { stall_timeout_ms: 60_000 } });
  await stage.clock.jump(45_000);
  await stage.tick();
  expect(stage.actor.scenes[0]?.isStopped).toBe(false);
  // Past the poll after that.
  await stage.clock.jump(40_000);
  await stage.event("retry_scheduled");
  expect(stage.actor.scenes[0]?.isStopped).toBe(true);
  expect(stage.all("work_canceled")).toMatchObject([{ reason: { code: "stalled" } }]);
  expect(stage.all("retry_scheduled")).toMatchObject([{ kind: "failure", attempt: 1 }]);
});

test("S-125, S-055 a limit of zero or less never ends a silent run", async () => {
  for (const stall of [0, -1]) {
    const stage = await atWork({ codex: { stall_timeout_ms: stall } });
    await stage.clock.jump(400_000);
    await stage.tick();
    expect(stage.all("work_canceled")).toEqual([]);
    expect(stage.actor.scenes[0]?.isStopped).toBe(false);
  }
});

test("S-126 a run whose issue has ended is ended and its workspace removed", async () => {
  const stage = await atWork();
  await access(workspaceOf(stage));
  stage.board.put("A-1", { state: "done" });
  stage.board.hint();
  await stage.event("lane_closed");
  expect(stage.actor.scenes[0]?.isStopped).toBe(true);
  await expect(access(workspaceOf(stage))).rejects.toThrow();
  expect(stage.all("retry_scheduled")).toEqual([]);
});

test("S-127 a run whose issue goes on is left alone and gets the issue as it is now", async () => {
  const stage = await atWork();
  stage.board.put("A-1", { title: "Renamed", state: "Todo", updatedAt: 1 });
  await stage.tick();
  const state = await stage.state();
  expect(state.running).toMatchObject([{ issue_identifier: "A-1", title: "Renamed", state: "Todo", run: 1 }]);
  expect(stage.actor.scenes[0]?.isStopped).toBe(false);
});

/** Changes what the board shows of A-1 and expects its run to be over, and its workspace not. */
async function expectRelease(stage: Stage, change: Partial<Issue> | null): Promise<void> {
  if (change === null) stage.board.issues.clear();
  else stage.board.put("A-1", change);
  await stage.tick();
  await stage.event("work_closed");
  expect(stage.actor.scenes[0]?.isStopped).toBe(true);
  await access(workspaceOf(stage));
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(1);
  expect(stage.all("retry_scheduled")).toEqual([]);
  await access(workspaceOf(stage));
}

test("S-128 a run whose issue is not routable any more is ended, its workspace stays", async () => {
  await expectRelease(await atWork(), { dispatchable: false });
  const stage = await newStage({ front: { tracker: { required_labels: ["agent"] } } });
  stage.board.put("A-1", { labels: ["agent"] });
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  await expectRelease(stage, { labels: [] });
});

test("S-129 a run whose issue is neither active nor ended is ended, its workspace stays", async () => {
  await expectRelease(await atWork(), { state: "Human Review" });
});

test("S-130 a run whose issue the tracker no longer shows is ended, its workspace stays", async () => {
  await expectRelease(await atWork(), null);
});

test("S-131 runs go on while the tracker cannot be asked about them, and the next tick asks again", async () => {
  const stage = await atWork();
  stage.board.put("A-1", { state: "Done" });
  stage.board.failing.add("issuesByIds");
  await stage.tick();
  expect(stage.actor.scenes[0]?.isStopped).toBe(false);
  expect(stage.log.entries).toContainEqual(expect.objectContaining({ level: "warn", message: "issue refresh failed" }));
  stage.board.failing.clear();
  stage.board.hint();
  await stage.event("lane_closed");
});

test("S-132 when nothing runs, nothing is asked about what runs", async () => {
  const stage = await newStage();
  stage.board.put("A-1", { state: "Backlog" });
  await stage.start();
  await stage.tick();
  expect(stage.board.count("issuesByStates")).toBeGreaterThan(1);
  expect(stage.board.count("issuesByIds")).toBe(0);
});

test("S-133 at the start workspaces of issues that ended meanwhile are removed, those of others stay", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.board.put("A-2");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 2);
  const paths = new Map(stage.actor.scenes.map(({ issue, request }) => [issue, request.workspace]));
  await stage.stop();
  stage.board.put("A-1", { state: "Done" });
  await stage.start();
  await stage.event("lane_closed");
  await expect(access(paths.get("A-1") ?? "")).rejects.toThrow();
  await access(paths.get("A-2") ?? "");
});

test("S-133, S-211 when nobody can say at the start what has ended, it warns and goes on", async () => {
  const stage = await atWork();
  await stage.stop();
  stage.board.put("A-1", { state: "Done" });
  stage.board.put("A-2");
  stage.board.failing.add("issuesByIds");
  await stage.start();
  await stage.tick();
  await access(workspaceOf(stage));
  expect(stage.log.entries).toContainEqual(expect.objectContaining({ level: "warn", message: "issue refresh failed" }));
  stage.board.failing.clear();
  await stage.tick();
  await stage.until(() => stage.actor.of("A-2").length === 1);
  await stage.event("lane_closed");
});

test("S-134, S-211 when candidates cannot be asked for, nothing starts, it is logged, and the next tick comes", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.board.failing.add("issuesByStates");
  await stage.start();
  await stage.tick();
  expect(stage.actor.scenes).toEqual([]);
  const { level, fields } = stage.log.entries.find(({ message }) => message === "candidate fetch failed") ?? {};
  expect(level).toBe("warn");
  expect(JSON.stringify(fields)).toContain("The board does not answer issuesByStates.");
  stage.board.failing.clear();
  await stage.clock.jump(30_000);
  await stage.until(() => stage.actor.scenes.length === 1);
});
