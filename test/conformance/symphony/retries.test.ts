import { access } from "node:fs/promises";
import { expect, test } from "vitest";
import type { StoredEvent } from "../../../src/model/events/envelope.ts";
import { fails, onAndOn, type Play } from "./actor.ts";
import { newStage, type Stage } from "./service.ts";

/** The waits of the retries on record, from the moment of their decision, milliseconds. Exact while the clock is held. */
function waits(stage: Stage): number[] {
  return stage.events.flatMap(({ event, at }: StoredEvent) =>
    event.type === "retry_scheduled" ? [event.data.dueAt - at] : [],
  );
}

/** Plays a list, one for each session; the last one goes on. */
function inTurn(...plays: readonly Play[]): Play {
  const left = [...plays];
  return (scene, turn) => ((left.length > 1 ? left.shift() : left[0]) ?? onAndOn)(scene, turn);
}

/** Starts A-1 and lets it fail once; the retry waits. */
async function failedOnce(next: Play = onAndOn, front = {}): Promise<Stage> {
  const stage = await newStage({ front });
  stage.board.put("A-1");
  stage.actor.play = inTurn(fails(), next);
  await stage.start();
  await stage.event("retry_scheduled");
  return stage;
}

test("S-094, S-118 a session that ended cleanly goes on after exactly one second, as attempt 1", async () => {
  const stage = await newStage({ front: { agent: { max_turns: 1 } } });
  stage.clock.hold();
  stage.board.put("A-1");
  await stage.start();
  await stage.event("retry_scheduled");
  expect(stage.all("retry_scheduled")).toMatchObject([{ kind: "continuation", attempt: 1, error: null }]);
  expect(waits(stage)).toEqual([1_000]);
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(1);
  await stage.clock.jump(1_000);
  await stage.until(() => stage.actor.scenes.length === 2);
});

test("S-094 clean sessions without an end follow each other until the breaker parks their issue, which 0 switches off (G-6)", async () => {
  for (const [limit, sessions] of [
    [undefined, 3],
    [2, 2],
    [0, 6],
  ] as const) {
    const front = { agent: { max_turns: 1, max_sessions_without_progress: limit } };
    const stage = await newStage({ front });
    stage.board.put("A-1");
    await stage.start();
    for (let session = 1; session < sessions; session += 1) {
      await stage.event("retry_scheduled", session);
      await stage.clock.jump(1_100);
    }
    await stage.event("work_closed", sessions);
    await stage.event(limit === 0 ? "retry_scheduled" : "lane_parked", limit === 0 ? sessions : 1);
    expect(stage.all("lane_parked")).toHaveLength(limit === 0 ? 0 : 1);
    expect(stage.actor.scenes).toHaveLength(sessions);
  }
});

test("S-119, S-096 a failure is retried after 10 s, then twice as long each time, up to agent.max_retry_backoff_ms", async () => {
  const stage = await newStage({ front: { agent: { max_attempts: 6, max_retry_backoff_ms: 50_000 } } });
  stage.clock.hold();
  stage.board.put("A-1");
  stage.actor.play = fails();
  await stage.start();
  for (const [at, wait] of [10_000, 20_000, 40_000, 50_000, 50_000].entries()) {
    await stage.event("retry_scheduled", at + 1);
    expect(waits(stage)[at]).toBe(wait);
    await stage.clock.jump(wait - 1);
    expect(stage.actor.scenes).toHaveLength(at + 1);
    await stage.clock.jump(1);
    await stage.until(() => stage.actor.scenes.length === at + 2);
  }
});

test("S-096 a failed run leaves the running rows and its time is counted", async () => {
  const stage = await newStage({ port: 0 });
  stage.board.put("A-1");
  stage.actor.play = async () => {
    await stage.clock.jump(7_000);
    const failure = { kind: "turn_failed", sentence: "boom", resetAt: null } as const;
    return { status: "failed", failure, finalMessage: null };
  };
  await stage.start();
  await stage.event("retry_scheduled");
  const state = await stage.state();
  expect(state).toMatchObject({ counts: { running: 0, retrying: 1 }, running: [] });
  expect(state.codex_totals.seconds_running).toBeGreaterThanOrEqual(7);
});

test("S-117, S-019 a waiting retry tells issue, attempt, error and due time; the next failure replaces it", async () => {
  const stage = await newStage({ port: 0 });
  stage.board.put("A-1");
  stage.actor.play = fails("no luck");
  const rows = async () => (await stage.state()).retrying;
  await stage.start();
  await stage.event("retry_scheduled");
  const [first, ...others] = await rows();
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    issue_id: "id of A-1",
    issue_identifier: "A-1",
    attempt: 1,
    error: "worker exited: no luck",
  });
  expect(Date.parse(first?.due_at ?? "")).toBe(stage.all("retry_scheduled")[0]?.dueAt);
  await stage.clock.jump(11_000);
  await stage.event("retry_scheduled", 2);
  expect(await rows()).toMatchObject([{ issue_identifier: "A-1", attempt: 2 }]);
  // The old one is gone: nothing starts before the new one is due.
  await stage.clock.jump(15_000);
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(2);
});

test("S-120 a due retry asks for its issue by id, and lets go of one that is gone", async () => {
  const stage = await failedOnce();
  stage.board.issues.clear();
  const from = stage.board.calls.length;
  await stage.clock.jump(11_000);
  await stage.until(() => stage.events.some(({ event }) => ["lane_closed", "lane_staged"].includes(event.type)));
  expect(stage.board.calls.slice(from)).toContainEqual({ verb: "issuesByIds", about: ["id of A-1"] });
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(1);
  expect(stage.all("retry_scheduled")).toHaveLength(1);
});

test("S-121 a due retry whose issue has ended removes the workspace and lets go", async () => {
  const stage = await failedOnce();
  const path = stage.all("workspace_prepared")[0]?.path ?? "";
  await access(path);
  stage.board.put("A-1", { state: "Done" });
  await stage.clock.jump(11_000);
  await stage.event("lane_closed");
  await expect(access(path)).rejects.toThrow();
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(1);
});

test("S-122 a due retry starts when there is a slot, and else waits and says so", async () => {
  const stage = await newStage({ port: 0, front: { agent: { max_concurrent_agents: 1 } } });
  stage.board.put("A-1");
  let end = (): void => undefined;
  stage.actor.play = inTurn(
    fails(),
    () =>
      new Promise((resolve) => {
        end = () => {
          stage.board.put("B-1", { state: "Done" });
          resolve(undefined);
        };
      }),
    onAndOn,
  );
  await stage.start();
  await stage.event("retry_scheduled");
  stage.board.put("B-1");
  await stage.tick();
  await stage.until(() => stage.actor.scenes.length === 2);
  await stage.clock.jump(11_000);
  await stage.event("retry_scheduled", 2);
  expect(stage.all("retry_scheduled")[1]).toMatchObject({ error: "no available orchestrator slots" });
  const state = await stage.state();
  expect(state.retrying).toMatchObject([{ issue_identifier: "A-1", error: "no available orchestrator slots" }]);
  end();
  await stage.until(() => stage.actor.scenes.length === 3);
  expect(stage.actor.order()).toEqual(["A-1", "B-1", "A-1"]);
  // The wait was no failure: the prompt's attempt is still the first retry's (G-4).
  expect(stage.all("work_enqueued").at(-1)).toMatchObject({ run: 2, purpose: "retry" });
});

test("S-123 a due retry whose issue may not be worked on is let go, its workspace stays", async () => {
  for (const change of [{ state: "Backlog" }, { dispatchable: false }]) {
    const stage = await failedOnce();
    stage.board.put("A-1", change);
    await stage.clock.jump(11_000);
    await stage.event("lane_staged");
    expect(stage.all("lane_staged")).toMatchObject([{ stage: "released" }]);
    await access(stage.all("workspace_prepared")[0]?.path ?? "");
    expect(stage.actor.scenes).toHaveLength(1);
  }
});

test("S-124 a due retry that cannot ask for its issue waits again, one attempt on", async () => {
  const stage = await failedOnce();
  stage.clock.hold();
  stage.board.failing.add("issuesByIds");
  // Not further than to where it is due: the clock has to rest while the wait is measured.
  await stage.clock.jump(10_000);
  await stage.event("retry_scheduled", 2);
  expect(stage.all("retry_scheduled")[1]).toMatchObject({ attempt: 2, error: "retry refresh failed" });
  expect(waits(stage)[1]).toBe(20_000);
  expect(stage.actor.scenes).toHaveLength(1);
  stage.board.failing.clear();
  await stage.clock.jump(21_000);
  await stage.until(() => stage.actor.scenes.length === 2);
});

test("S-136 an agent whose program is not there parks its issue at once and is named", async () => {
  const stage = await newStage({ port: 0 });
  stage.board.put("A-1");
  const sentence = "There is no program thinker.";
  stage.actor.refusal = { kind: "agent_not_found", sentence, resetAt: null };
  await stage.start();
  await stage.event("lane_parked");
  const state = await stage.state();
  expect(state.waiting).toMatchObject([{ issue_identifier: "A-1", stage: "parked" }]);
  expect(state.waiting[0]?.reason.sentence).toContain(sentence);
});

test("S-136 any other start that fails is retried", async () => {
  const stage = await newStage();
  stage.board.put("A-1");
  stage.actor.refusal = { kind: "startup_timeout", sentence: "It was not ready in time.", resetAt: null };
  await stage.start();
  await stage.event("retry_scheduled");
  expect(stage.all("retry_scheduled")).toMatchObject([
    { kind: "failure", attempt: 1, error: "worker exited: It was not ready in time." },
  ]);
});

test("S-137 a clean end goes on as attempt 1; a failure after it is the next attempt and says why the worker ended", async () => {
  const stage = await newStage({ front: { agent: { max_turns: 1 } } });
  stage.board.put("A-1");
  stage.actor.play = inTurn(async () => undefined, fails("it broke"), onAndOn);
  await stage.start();
  await stage.event("retry_scheduled");
  await stage.clock.jump(1_500);
  await stage.event("retry_scheduled", 2);
  expect(stage.all("retry_scheduled")).toMatchObject([
    { kind: "continuation", attempt: 1 },
    { kind: "failure", attempt: 2, error: "worker exited: it broke" },
  ]);
});
