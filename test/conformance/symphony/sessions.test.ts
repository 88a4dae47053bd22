import { expect, test } from "vitest";
import { onAndOn, type Play } from "./actor.ts";
import { newStage } from "./service.ts";

/** Turns that end well; behind the last one the issue is done. */
const turns =
  (count: number, onLast: (issue: string) => void): Play =>
  async ({ issue, prompts }) => {
    if (prompts.length >= count) onLast(issue);
    return undefined;
  };

test("S-092, S-180 while its issue stays active a session gets turn after turn in one workspace, up to agent.max_turns", async () => {
  const stage = await newStage({ front: { agent: { max_turns: 4 } } });
  stage.board.put("A-1");
  await stage.start();
  await stage.event("retry_scheduled");
  expect(stage.actor.scenes).toHaveLength(1);
  expect(stage.actor.scenes[0]?.prompts).toHaveLength(4);
  expect(stage.actor.scenes[0]?.isStopped).toBe(true);
  const order = stage.board.calls.filter(({ verb }) => verb === "issuesByIds").length;
  // The look before the start, and one behind each turn but the last.
  expect(order).toBeGreaterThanOrEqual(4);
});

test("S-092, S-194 a session ends when its issue has left the active states, is not routable, or is gone", async () => {
  for (const change of [{ state: "Human Review" }, { dispatchable: false }, null]) {
    const stage = await newStage();
    stage.board.put("A-1");
    stage.actor.play = turns(2, () => {
      if (change === null) stage.board.issues.clear();
      else stage.board.put("A-1", change);
    });
    await stage.start();
    await stage.event("work_closed");
    expect(stage.actor.scenes.map(({ prompts, isStopped }) => [prompts.length, isStopped])).toEqual([[2, true]]);
    expect(stage.all("work_settled")).toMatchObject([{ outcome: { status: "succeeded" } }]);
  }
});

test("S-093, S-174 the first turn gets the whole rendered prompt, later ones on the same session only how to go on", async () => {
  const body = "Task of {{ issue.identifier }}: {{ issue.description }}";
  const stage = await newStage({ front: { agent: { max_turns: 3 } }, body });
  stage.board.put("A-1", { description: "Paint the shed." });
  await stage.start();
  await stage.event("retry_scheduled");
  const [first, second, third] = stage.actor.scenes[0]?.prompts ?? [];
  // A Symphony file says everything itself: nothing is added.
  expect(first).toBe("Task of A-1: Paint the shed.");
  for (const later of [second, third]) {
    expect(later).toMatch(/same session and workspace/);
    expect(later).not.toMatch(/Task of|Paint/);
  }
  expect(second).toContain("turn 2 of at most 3");
});

test("S-095 a run passes through its phases in order, and its ends can be told apart", async () => {
  const ends: (readonly [string, string, Play])[] = [
    ["succeeded", "turns_used_up", async () => undefined],
    [
      "failed",
      "turn_failed",
      async () => ({
        status: "failed",
        failure: { kind: "turn_failed", sentence: "boom", resetAt: null },
        finalMessage: null,
      }),
    ],
    [
      "failed",
      "turn_timeout",
      async () => ({
        status: "failed",
        failure: { kind: "turn_timeout", sentence: "silent", resetAt: null },
        finalMessage: null,
      }),
    ],
  ];
  for (const [status, code, play] of ends) {
    const stage = await newStage({ front: { agent: { max_turns: 1 } } });
    stage.board.put("A-1");
    stage.actor.play = play;
    await stage.start();
    await stage.event("work_closed");
    expect(stage.all("phase_entered").map(({ phase }) => phase)).toEqual([
      "preparing_workspace",
      "building_prompt",
      "launching_agent",
      "initializing_session",
      "streaming_turn",
      "finishing",
    ]);
    expect(stage.all("work_settled")).toMatchObject([{ outcome: { status, reason: { code } } }]);
  }
  const stage = await newStage();
  stage.board.put("A-1");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  stage.board.put("A-1", { state: "Done" });
  stage.board.hint();
  await stage.event("work_canceled");
  expect(stage.all("work_canceled")).toMatchObject([{ reason: { code: "issue_terminal" } }]);
});

test("S-176 a session is titled with its issue's identifier and title", async () => {
  const stage = await newStage();
  stage.board.put("A-1", { title: "Paint the shed" });
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  expect(stage.actor.scenes[0]?.request.title).toBe("A-1: Paint the shed");
});

/** As the packaged one, with tools. */
const WITH_TOOLS = `---
kind: symphony
version: 1
routes:
  todo: { category: todo, action: dispatch, default_state: Todo }
  in_progress: { category: in_progress, action: dispatch, default_state: In Progress }
  done: { category: done, action: stop, default_state: Done }
completion: { routes: [], delivers_change: false }
decided_by: tracker
tools: [run_handoff, run_attention, run_finalize]
---
About {{ issue.identifier }}.
`;

test("S-177, S-185 tools are announced with their schemas; an unknown one is answered with a failure and the turn goes on", async () => {
  const stage = await newStage({ files: { ".maestro/profiles/symphony.md": WITH_TOOLS } });
  stage.board.put("A-1");
  stage.actor.play = async (scene) => {
    await scene.call("launch_rocket");
    await scene.call("run_handoff", { wrong: 1 });
    return onAndOn(scene, 1);
  };
  await stage.start();
  await stage.until(() => stage.actor.scenes[0]?.answers.length === 2);
  const tools = stage.actor.scenes[0]?.request.tools ?? [];
  expect(tools.map(({ name }) => name)).toEqual(["run_handoff", "run_attention", "run_finalize"]);
  expect(tools.every(({ inputSchema }) => inputSchema.type === "object")).toBe(true);
  expect(stage.actor.scenes[0]?.answers).toMatchObject([
    { ok: false, code: "unknown_tool" },
    { ok: false, code: "invalid_arguments" },
  ]);
  await stage.tick();
  expect(stage.actor.scenes[0]?.isStopped).toBe(false);
});

test("S-193, S-150 a run prepares the workspace, runs before_run, renders, starts the agent; the workspace stays after success", async () => {
  const stage = await newStage({
    front: { agent: { max_turns: 1 }, hooks: { before_run: "date > before", after_run: "ls > after" } },
  });
  stage.board.put("A-1");
  await stage.start();
  await stage.event("retry_scheduled");
  const wanted = ["workspace_prepared", "hook_finished", "session_started", "turn_finished", "work_settled"];
  const types = stage.events.map(({ event }) => event.type).filter((type) => wanted.includes(type));
  expect(types).toEqual([
    "workspace_prepared",
    "hook_finished",
    "session_started",
    "turn_finished",
    "hook_finished",
    "work_settled",
  ]);
  expect(stage.all("workspace_removed")).toEqual([]);
});

test("S-193 what goes wrong on the way fails the run, and the orchestrator tries again", async () => {
  const wrong = [{ front: { hooks: { before_run: "exit 3" } } }, { body: "{{ issue.nothing }}" }];
  for (const setting of wrong) {
    const stage = await newStage(setting);
    stage.board.put("A-1");
    await stage.start();
    await stage.event("retry_scheduled");
    expect(stage.actor.scenes).toEqual([]);
    expect(stage.all("work_settled")).toMatchObject([{ outcome: { status: "failed" } }]);
    expect(stage.all("retry_scheduled")).toMatchObject([{ kind: "failure" }]);
  }
});
