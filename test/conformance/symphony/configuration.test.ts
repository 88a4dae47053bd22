import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { onAndOn } from "./actor.ts";
import { newStage, type Stage } from "./service.ts";
import { maestro } from "./terminal.ts";

/** A service at work on A-0, which goes on for ever. */
async function atWork(setting = {}): Promise<Stage> {
  const stage = await newStage(setting);
  stage.board.put("A-0");
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  return stage;
}

test("S-070 what the file says outweighs the default, a variable is resolved, and then the value is checked", async () => {
  const front = { polling: { interval_ms: 4_000 }, tracker: { provider: { api_key: "$BOARD_KEY", team: "a" } } };
  const stage = await newStage({ front, environment: { BOARD_KEY: "key-of-the-board" } });
  const { workflow } = await stage.open();
  expect(workflow.polling.intervalMs).toBe(4_000);
  expect(workflow.agent.maxTurns).toBe(20);
  expect(workflow.tracker.options).toEqual({ api_key: "key-of-the-board", team: "a" });
  const wrong = await newStage({ front: { server: { port: 70_000 } } });
  await expect(wrong.open()).rejects.toThrow(/server\.port/);
});

test("S-071 the environment changes nothing that the file does not refer to", async () => {
  const environment = {
    POLLING_INTERVAL_MS: "1",
    MAESTRO_POLLING_INTERVAL_MS: "1",
    SYMPHONY_WORKSPACE_ROOT: "/elsewhere",
    TRACKER_KIND: "memory",
    agent: "1",
  };
  const stage = await newStage({ environment });
  const { workflow } = await stage.open();
  expect(workflow.polling.intervalMs).toBe(30_000);
  expect(workflow.tracker.kind).toBe("board");
  expect(workflow.workspace.root).not.toContain("elsewhere");
});

test("S-072 addresses and commands are left as they are, whatever stands in them", async () => {
  const command = 'codex --home "~/x" $FLAGS app-server';
  const stage = await newStage({
    front: {
      tracker: { kind: "linear", provider: { endpoint: "https://example.invalid/~team/$PATH" } },
      agent_provider: null,
      codex: { command },
      hooks: { before_run: "ls ~ $HOME" },
    },
    environment: { FLAGS: "--fast" },
  });
  const { workflow } = await stage.open();
  expect(workflow.agentProvider.options.command).toBe(command);
  expect(workflow.tracker.options.endpoint).toBe("https://example.invalid/~team/$PATH");
  expect(workflow.hooks.beforeRun).toBe("ls ~ $HOME");
});

test("S-073, S-074 states, limits, prompt, hooks and root of a changed file hold for what starts next, without a restart", async () => {
  const stage = await atWork();
  stage.board.put("A-1", { state: "Ready" });
  await stage.tick();
  expect(stage.actor.scenes).toHaveLength(1);
  const tracker = { active_states: ["In Progress", "Ready"], terminal_states: ["Done"] };
  const changed = { tracker, workspace: { root: "../other" }, hooks: { before_run: "touch hooked" } };
  await stage.rewrite({ front: changed, body: "New words for {{ issue.identifier }}" });
  await stage.until(() => stage.actor.scenes.length === 2);
  const [, second] = stage.actor.scenes;
  expect(second?.request.workspace).toBe(join(stage.root, "other", "A-1"));
  await access(join(stage.root, "other", "A-1", "hooked"));
  expect(second?.prompts[0] ?? "New words for A-1").toBe("New words for A-1");
});

test("S-075 what is under way goes on undisturbed when the file changes", async () => {
  const stage = await atWork();
  const before = stage.actor.scenes[0]?.request.workspace ?? "";
  await stage.rewrite({ front: { workspace: { root: "../other" }, agent: { max_concurrent_agents: 1 } } });
  await stage.event("workflow_loaded", 2);
  await stage.tick();
  expect(stage.actor.scenes[0]?.isStopped).toBe(false);
  expect(dirname(before)).not.toBe(join(stage.root, "other"));
  await access(before);
});

test("S-075 a changed list of states holds for the reconciliation of what runs", async () => {
  const stage = await atWork();
  const tracker = { active_states: ["Todo"], terminal_states: ["Done", "In Progress"] };
  await stage.rewrite({ front: { tracker } });
  await stage.event("lane_closed");
  expect(stage.actor.scenes[0]?.isStopped).toBe(true);
});

test("S-076 another port waits for the next start: the server goes on at the old one", async () => {
  const stage = await atWork({ port: 0 });
  await stage.rewrite({ front: { server: { port: 1 }, polling: { interval_ms: 29_000 } } });
  await stage.event("workflow_loaded", 2);
  expect((await fetch(`${stage.daemon.url}/api/v1/state`)).status).toBe(200);
});

test("S-077 the file is looked at before work starts, also when the watch has told nothing", async () => {
  const polling = { interval_ms: 50 };
  const stage = await newStage({ front: { polling } });
  await stage.start();
  await stage.tick();
  stage.clock.hold();
  stage.board.put("A-1", { state: "Ready" });
  await stage.rewrite({ front: { polling, tracker: { active_states: ["Ready"] } } });
  // The watch waits 100 ms for an editor to come to rest; the poll comes before that.
  await stage.clock.jump(60);
  await stage.until(() => stage.actor.scenes.length === 1);
  expect(stage.actor.order()).toEqual(["A-1"]);
});

test("S-078, S-080, S-261 with a bad file the last good one stays in force: no new work, reconciliation goes on, people see why", async () => {
  const stage = await atWork({ port: 0 });
  stage.board.put("A-9");
  await stage.rewrite({ front: { agent: { max_turns: "many" }, polling: { interval_ms: 1 } } });
  await stage.event("workflow_rejected");
  stage.board.put("A-1");
  const asked = stage.board.count("issuesByStates");
  await stage.tick("issuesByIds");
  expect(stage.board.count("issuesByStates")).toBe(asked);
  expect(stage.actor.of("A-1")).toEqual([]);
  expect(stage.daemon.workflow.polling.intervalMs).toBe(30_000);
  const why = expect.stringMatching(/WORKFLOW\.md:\d+:\d+ agent\.max_turns: must be/);
  const state = await stage.state();
  expect(state.workflow.problem).toEqual(why);
  expect(stage.all("workflow_rejected")).toMatchObject([{ message: why }]);
  expect(stage.log.entries.some(({ level, message }) => level === "error" && /not valid/.test(message))).toBe(true);
  stage.board.put("A-0", { state: "Done" });
  stage.board.hint();
  await stage.event("lane_closed");
});

test("S-079, S-232, S-272 a bad file at the start ends the start: every mistake with its place, nothing on stdout, nothing begun", async () => {
  const front = { tracker: { kind: "memori" }, agent: { max_turns: 0 }, agent_provider: { kind: "mock" } };
  const stage = await newStage({ front });
  const { code, out, err } = await maestro(stage);
  expect([code, out]).toEqual([3, ""]);
  expect(err).toMatch(/^maestro: /);
  expect(err).toMatch(/WORKFLOW\.md:\d+:\d+ agent\.max_turns: must be/);
  await expect(access(join(stage.home, "projects", basename(stage.folder)))).rejects.toThrow();
});
