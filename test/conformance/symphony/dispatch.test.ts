import { expect, test } from "vitest";
import type { Issue } from "../../../src/model/issue.ts";
import { onAndOn } from "./actor.ts";
import { newStage } from "./service.ts";

test("S-090 only the orchestrator changes what is scheduled: what workers write carries their fence, and decides nothing", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.actor.play = async () => {
    stage.board.put("A-1", { state: "Done" });
    return undefined;
  };
  await stage.start();
  await stage.event("lane_closed");
  const reported = ["phase_entered", "workspace_prepared", "session_started", "turn_started", "turn_finished"];
  const decided = ["lane_opened", "work_enqueued", "work_closed", "lane_staged", "lane_closed"];
  const fences = (types: string[]) =>
    stage.events.filter(({ event }) => types.includes(event.type)).map(({ fence }) => fence);
  expect(fences(reported)).not.toEqual([]);
  expect(fences(reported)).not.toContain(null);
  expect(fences(decided)).not.toEqual([]);
  expect(new Set(fences(decided))).toEqual(new Set([null]));
  const types = stage.events.map(({ event }) => event.type);
  expect(types.indexOf("work_closed")).toBeGreaterThan(types.indexOf("work_settled"));
});

test("S-091 an issue is unclaimed, claimed, running, waiting for a retry, released", async () => {
  const stage = await newStage({ port: 0, front: { agent: { max_concurrent_agents: 1 } } });
  stage.board.put("A-1");
  stage.board.put("A-2");
  let end: (() => void) | undefined;
  stage.actor.play = async () => {
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return { status: "failed", failure: { kind: "turn_failed", sentence: "boom", resetAt: null }, finalMessage: null };
  };
  await stage.start();
  await stage.until(() => end !== undefined);
  const state = () => stage.state();
  await stage.tick();
  expect(await state()).toMatchObject({
    running: [{ issue_identifier: "A-1" }],
    waiting: [{ issue_identifier: "A-2", stage: "candidate" }],
  });
  stage.board.put("A-2", { dispatchable: false });
  end?.();
  await stage.event("retry_scheduled");
  expect(await state()).toMatchObject({ running: [], retrying: [{ issue_identifier: "A-1" }] });
  stage.board.put("A-1", { state: "Backlog" });
  await stage.clock.jump(11_000);
  await stage.event("lane_staged");
  expect(stage.all("lane_staged")).toMatchObject([{ stage: "released" }]);
  expect(await state()).toMatchObject({ running: [], retrying: [] });
});

test("S-097 an issue never starts twice, and each tick reconciles before it asks for candidates", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  for (let poll = 0; poll < 3; poll += 1) await stage.tick();
  expect(stage.actor.order()).toEqual(["A-1"]);
  const from = stage.board.calls.length;
  await stage.tick();
  const verbs = stage.board.calls.slice(from).map(({ verb }) => verb);
  expect(verbs.slice(0, 4)).toEqual(["issuesByIds", "issuesByStates", "issuesByIds", "issuesByStates"]);
});

test("S-110 after its checks and cleaning it polls at once, then at the interval, which a changed file changes", async () => {
  const stage = await newStage({ front: { polling: { interval_ms: 20_000 } } });
  stage.clock.hold();
  await stage.start();
  const polls = () => stage.board.count("issuesByStates");
  await stage.until(() => polls() === 1);
  await stage.clock.jump(19_000);
  expect(polls()).toBe(1);
  await stage.clock.jump(1_100);
  await stage.until(() => polls() === 2);
  await stage.rewrite({ front: { polling: { interval_ms: 3_000 } } });
  // The change is seen at the latest by the next poll.
  await stage.clock.jump(20_000);
  await stage.event("workflow_loaded", 2);
  for (let poll = 0; poll < 3; poll += 1) {
    const before = polls();
    await stage.clock.jump(3_100);
    await stage.until(() => polls() > before);
  }
});

test("S-111 a tick reconciles, checks the file, asks for candidates in active states, sorts, starts and tells", async () => {
  const stage = await newStage({ front: { agent: { max_concurrent_agents: 2 } } });
  stage.actor.play = onAndOn;
  stage.board.put("A-1");
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  stage.board.put("A-3", { priority: 3 });
  stage.board.put("A-2", { priority: 1 });
  const from = stage.board.calls.length;
  await stage.tick();
  await stage.until(() => stage.actor.scenes.length === 2);
  const [reconciled, asked, looked] = stage.board.calls.slice(from);
  expect(reconciled).toEqual({ verb: "issuesByIds", about: ["id of A-1"] });
  expect(asked).toEqual({ verb: "issuesByStates", about: ["Todo", "In Progress"] });
  expect(looked).toEqual({ verb: "issuesByIds", about: ["id of A-2"] });
  expect(stage.actor.order()).toEqual(["A-1", "A-2"]);
  expect(stage.all("lane_opened").map(({ issue }) => issue.identifier)).toEqual(["A-1", "A-2"]);
});

test("S-112, S-113 an issue starts only when all holds: its fields, its state, its adapter's word, its labels", async () => {
  const stage = await newStage({ front: { tracker: { required_labels: ["agent"] } } });
  const good: Partial<Issue> = { labels: ["agent", "other"], state: "in progress" };
  stage.actor.play = onAndOn;
  stage.board.put("GOOD", good);
  stage.board.put("NO-TITLE", { ...good, title: "" });
  stage.board.put("", { ...good, id: "no identifier" });
  stage.board.put("NO-STATE", { ...good, state: " " });
  stage.board.put("BACKLOG", { ...good, state: "Backlog" });
  stage.board.put("DONE", { ...good, state: "Done" });
  stage.board.put("NOT-NOW", { ...good, dispatchable: false });
  stage.board.put("NO-LABEL", { ...good, labels: ["other"] });
  await stage.start();
  await stage.tick();
  await stage.until(() => stage.actor.scenes.length > 0);
  await stage.tick();
  expect(stage.actor.order()).toEqual(["GOOD"]);
  // Routability is asked again as soon as it comes back, whatever else was true all the time.
  stage.board.put("NOT-NOW", { dispatchable: true });
  stage.board.put("NO-LABEL", { labels: [" AGENT "] });
  await stage.tick();
  await stage.until(() => stage.actor.scenes.length === 3);
  expect(stage.actor.order().sort()).toEqual(["GOOD", "NO-LABEL", "NOT-NOW"]);
});

test("S-114, S-005 candidates start by priority 1 to 4, then all others, older first, then by identifier", async () => {
  const stage = await newStage({ front: { agent: { max_concurrent_agents: 1 } } });
  stage.actor.play = async ({ issue }) => {
    stage.board.put(issue, { state: "Done" });
    return undefined;
  };
  const at = (day: number) => Date.UTC(2026, 0, day);
  stage.board.put("F-9", { priority: null, createdAt: null });
  stage.board.put("E-1", { priority: 0, createdAt: at(3) });
  stage.board.put("D-2", { priority: null, createdAt: at(2) });
  stage.board.put("D-1", { priority: 5, createdAt: at(2) });
  stage.board.put("G-0", { priority: -1, createdAt: at(1) });
  stage.board.put("C-1", { priority: 4, createdAt: at(9) });
  stage.board.put("B-2", { priority: 2, createdAt: null });
  stage.board.put("B-3", { priority: 2, createdAt: at(5) });
  stage.board.put("A-1", { priority: 1, createdAt: at(9) });
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 9);
  expect(stage.actor.order()).toEqual(["A-1", "B-3", "B-2", "C-1", "G-0", "D-1", "D-2", "E-1", "F-9"]);
});

test("S-115 no more run than the limit allows, also after it was lowered below what runs", async () => {
  const stage = await newStage({ front: { agent: { max_concurrent_agents: 2 } } });
  const ends: (() => void)[] = [];
  stage.actor.play = ({ issue }) =>
    new Promise((resolve) => {
      ends.push(() => {
        stage.board.put(issue, { state: "Done" });
        resolve(undefined);
      });
    });
  for (const name of ["A-1", "A-2", "A-3", "A-4"]) stage.board.put(name);
  await stage.start();
  await stage.until(() => ends.length === 2);
  await stage.tick();
  expect(stage.actor.order().sort()).toEqual(["A-1", "A-2"]);
  await stage.rewrite({ front: { agent: { max_concurrent_agents: 1 } } });
  await stage.event("workflow_loaded", 2);
  ends.shift()?.();
  await stage.event("lane_closed");
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(2);
  ends.shift()?.();
  await stage.until(() => stage.actor.scenes.length === 3);
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(3);
});

test("S-116, S-052 limits per state hold for the present state of what runs, by normalised name; bad entries are ignored", async () => {
  const limits = { " TODO ": 1, "In Progress": 0, Done: "many" };
  const stage = await newStage({ front: { agent: { max_concurrent_agents_by_state: limits } } });
  stage.actor.play = onAndOn;
  for (const name of ["T-1", "T-2"]) stage.board.put(name, { state: "Todo" });
  for (const name of ["P-1", "P-2", "P-3"]) stage.board.put(name, { state: "In Progress" });
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 4);
  await stage.tick();
  expect(stage.actor.order().sort()).toEqual(["P-1", "P-2", "P-3", "T-1"]);
  // T-1 is in another state now: it does not count for Todo any more.
  stage.board.put("T-1", { state: "In Progress" });
  await stage.tick();
  await stage.until(() => stage.actor.scenes.length === 5);
  expect(stage.actor.order()).toContain("T-2");
});

test("S-135 a start makes a running row without tokens, and ends the retry that waited", async () => {
  const stage = await newStage({ port: 0 });
  stage.board.put("A-1", { url: "https://example.invalid/A-1" });
  let isFirst = true;
  stage.actor.play = (scene, turn) => {
    if (!isFirst) return onAndOn(scene, turn);
    isFirst = false;
    const failure = { kind: "turn_failed", sentence: "boom", resetAt: null } as const;
    return Promise.resolve({ status: "failed", failure, finalMessage: null });
  };
  await stage.start();
  await stage.event("retry_scheduled");
  await stage.clock.jump(11_000);
  await stage.until(() => stage.actor.scenes.length === 2);
  const state = await stage.state();
  expect(state).toMatchObject({
    running: [{ issue_identifier: "A-1", run: 2, tokens: { input_tokens: 0, output_tokens: 0, total_tokens: 0 } }],
    retrying: [],
  });
  expect(Date.parse(state.running[0]?.started_at ?? "")).not.toBeNaN();
});

test("S-138 an issue is looked at once more before it starts: lists may lag behind", async () => {
  const stage = await newStage();
  stage.actor.play = onAndOn;
  stage.board.stale.set("id of A-1", stage.board.put("A-1"));
  stage.board.stale.set("id of A-2", stage.board.put("A-2"));
  stage.board.stale.set("id of A-3", stage.board.put("A-3"));
  stage.board.put("A-1", { state: "Done" });
  stage.board.put("A-2", { dispatchable: false });
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  await stage.tick();
  expect(stage.actor.order()).toEqual(["A-3"]);
});

test("S-020 that an issue was finished before does not keep it from starting again", async () => {
  const stage = await newStage();
  stage.actor.play = async ({ issue }) => {
    stage.board.put(issue, { state: "Done" });
    return undefined;
  };
  stage.board.put("A-1");
  await stage.start();
  await stage.event("lane_closed");
  await stage.tick();
  await stage.clock.jump(120_000);
  stage.board.put("A-1", { state: "In Progress", updatedAt: stage.clock.now() });
  await stage.tick();
  await stage.event("lane_closed", 2);
  expect(stage.actor.order()).toEqual(["A-1", "A-1"]);
});
