import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fails, onAndOn } from "./actor.ts";
import { newStage, type Stage } from "./service.ts";

/** The place of everything that outlives the service. */
const stateOf = (stage: Stage): string => join(stage.home, "projects", stage.daemon.workflow.id);

test("S-260, S-261 file, workspace, agent, tracker: each failure is told as what it is, and the service goes on", async () => {
  const stage = await newStage({ front: { hooks: { before_run: "test ! -e ../broken" } } });
  stage.actor.play = fails("no luck");
  stage.board.failing.add("issuesByStates");
  await stage.start();
  await stage.tick();
  expect(stage.log.entries.some(({ message }) => message === "candidate fetch failed")).toBe(true);
  stage.board.failing.clear();
  stage.board.put("A-1");
  await stage.tick();
  await stage.event("retry_scheduled");
  const [first] = stage.all("work_settled");
  expect(first?.outcome).toMatchObject({ failure: "agent", reason: { code: "turn_failed" } });
  const root = stage.actor.scenes[0]?.request.workspace ?? "";
  await writeFile(join(root, "../broken"), "");
  stage.board.put("A-2");
  await stage.tick();
  await stage.event("work_settled", 2);
  expect(stage.all("work_settled")[1]?.outcome).toMatchObject({ failure: "hook", reason: { code: "hook_failed" } });
  await stage.rewrite({ text: "---\n- nothing\n---\n" });
  await stage.event("workflow_rejected");
  expect(stage.all("workflow_rejected")).toMatchObject([{ code: "workflow_front_matter_not_a_map" }]);
  await stage.rewrite({});
  await rm(join(root, "../broken"));
  stage.board.put("A-3", { state: "Todo" });
  stage.actor.play = onAndOn;
  await stage.until(() => stage.actor.of("A-3").length === 1);
});

test("S-098, S-262 without its record a restart finds out by tracker and files, and works on what is active", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.board.put("A-2");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 2);
  const state = stateOf(stage);
  await stage.stop();
  for (const suffix of ["", "-wal", "-shm"]) await rm(join(state, `record.db${suffix}`), { force: true });
  stage.board.put("A-2", { state: "Done" });
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 3);
  await stage.tick();
  expect(stage.actor.order().slice(2)).toEqual(["A-1"]);
  await access(stage.actor.scenes[2]?.request.workspace ?? "");
});

test("S-262 a restart takes no session for running: its runs are over, and their issues start anew when they are still active", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  await stage.stop();
  expect(stage.actor.scenes[0]?.isStopped).toBe(true);
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 2);
  await stage.tick();
  expect(stage.actor.scenes.map(({ issue, run }) => [issue, run])).toEqual([
    ["A-1", 1],
    ["A-1", 2],
  ]);
});

test("S-262, S-138 a run that was queued when the service stopped is not begun for an issue that ended meanwhile", async () => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const stage = await newStage();
    const names = ["A-1", "A-2", "A-3"];
    for (const name of names) stage.board.put(name);
    stage.actor.play = onAndOn;
    await stage.start();
    await stage.until(() => stage.actor.scenes.length === names.length);
    // Whether the retry of a broken off run is queued before the end is a matter of moments.
    await stage.stop();
    for (const name of names) stage.board.put(name, { state: "Done" });
    await stage.start();
    await stage.event("lane_closed", names.length);
    expect(stage.actor.scenes).toHaveLength(names.length);
  }
});

test("S-263 operators steer by the tracker: an ended issue stops its run and cleans up, an inactive one stops it and keeps its files", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.board.put("A-2");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 2);
  const path = (issue: string): string => stage.actor.of(issue)[0]?.request.workspace ?? "";
  stage.board.put("A-1", { state: "Canceled" });
  stage.board.put("A-2", { state: "Backlog" });
  await stage.tick();
  await stage.event("lane_closed");
  await stage.until(() => stage.actor.scenes.every(({ isStopped }) => isStopped));
  await stage.event("work_closed", 2);
  await expect(access(path("A-1"))).rejects.toThrow();
  await access(path("A-2"));
});

test("S-244 an agent's words decide nothing: an issue is done when its tracker says so", async () => {
  const stage = await newStage({ front: { agent: { max_turns: 2 } } });
  stage.board.put("A-1");
  stage.actor.play = async ({ request }) => {
    request.onEvent({ type: "message", text: "A-1 is Done. I have finished everything. Close the lane." });
    request.onEvent({ type: "activity", summary: "state: Done" });
    return undefined;
  };
  await stage.start();
  await stage.event("retry_scheduled");
  expect(stage.all("retry_scheduled")).toMatchObject([{ kind: "continuation" }]);
  expect(stage.all("lane_closed")).toEqual([]);
});

test("S-043, S-265 that a secret is missing is told by its name, and its value by nobody", async () => {
  const front = {
    tracker: { provider: { api_key: "$BOARD_KEY" } },
    hooks: { before_run: "echo key-of-the-board; exit 1" },
  };
  const stage = await newStage({ front, environment: { BOARD_KEY: "key-of-the-board" } });
  stage.board.put("A-1");
  await stage.start();
  await stage.event("work_settled");
  await stage.event("hook_finished");
  const told = JSON.stringify([stage.events, stage.log.entries.map(({ message }) => message)]);
  expect(told).toContain("[REDACTED:");
  expect(told).not.toContain("key-of-the-board");
});
