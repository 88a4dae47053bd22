import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MaestroError } from "../../../src/base/errors.ts";
import { fileOf, newStage, type Setting, type Stage } from "./service.ts";
import { errorOf, maestro } from "./terminal.ts";

/** A Symphony file that the built-in kinds can serve. */
const BUILT_IN = { tracker: { kind: "memory" }, agent_provider: { kind: "mock" } };

/** A stage with the prompt of its one issue, as `workflow render` shows it. */
async function rendered(body: string): Promise<{ readonly stage: Stage; readonly prompt: string }> {
  const issues = [{ id: "1", identifier: "A-1", title: "First", state: "Todo" }];
  const stage = await newStage({ front: { ...BUILT_IN, tracker: { kind: "memory", provider: { issues } } }, body });
  const { out, err } = await maestro(stage, "workflow", "render", "--issue", "A-1");
  expect(err).toBe("");
  return { stage, prompt: out };
}

/** The error that validating this text ends with. */
async function refusal(text: string) {
  const stage = await newStage({ text });
  const ended = await maestro(stage, "workflow", "validate", "--json");
  expect(ended.code).not.toBe(0);
  return errorOf(ended);
}

/** What the composed service is refused with. */
async function refusedStart(setting: Setting): Promise<MaestroError> {
  const stage = await newStage(setting);
  const error = await stage.open().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof MaestroError) return error;
  throw new Error("the service opened", { cause: error });
}

/** The value of a key, as `workflow explain` tells it. */
async function explained(stage: Stage, key: string): Promise<unknown> {
  const { out, err } = await maestro(stage, "workflow", "explain", key, "--json");
  expect(err).toBe("");
  return JSON.parse(out).keys[0].value;
}

test("S-030, S-270 the path that was given is taken, else WORKFLOW.md of the folder that it is started in", async () => {
  const stage = await newStage({ front: { ...BUILT_IN, agent: { max_turns: 3 } } });
  await stage.write("other/place.md", fileOf({ front: { ...BUILT_IN, agent: { max_turns: 7 } } }));
  expect(await explained(stage, "agent.max_turns")).toBe(3);
  const given = await maestro(stage, "workflow", "explain", "agent.max_turns", "--json", "--config", "other/place.md");
  expect(JSON.parse(given.out).keys[0].value).toBe(7);
});

test("S-031, S-059 a file that is not there, or cannot be read, is missing_workflow_file", async () => {
  const stage = await newStage();
  expect(errorOf(await maestro(stage, "workflow", "validate", "gone.md", "--json")).code).toBe("missing_workflow_file");
  await mkdir(join(stage.folder, "folder.md"));
  const folder = errorOf(await maestro(stage, "workflow", "validate", "folder.md", "--json"));
  expect(folder.code).toBe("missing_workflow_file");
});

test("S-032, S-015, S-036 between two lines of dashes is the front matter; the rest, trimmed, is the prompt, further dashes too", async () => {
  const { prompt } = await rendered("\n\n  Do it.\n\n---\n\nAnd that: {{ issue.title }}\n\n\n");
  expect(prompt).toBe("Do it.\n\n---\n\nAnd that: First\n");
});

test("S-033 a file without front matter has no configuration: what it has to say is missing, and nothing else is wrong", async () => {
  const { code, message } = await refusal("Just do --- it.\ntracker: {kind: memory}\n");
  expect(code).toBe("invalid_workflow");
  expect(message).toMatch(/tracker\.kind/);
  expect(message).not.toMatch(/front matter|YAML/i);
});

test("S-034, S-059 front matter that is no map is workflow_front_matter_not_a_map", async () => {
  for (const yaml of ["- a\n- b", "just words", "42"])
    expect((await refusal(`---\n${yaml}\n---\nGo.\n`)).code).toBe("workflow_front_matter_not_a_map");
});

test("S-035, S-059 front matter that is no YAML is workflow_parse_error", async () => {
  expect((await refusal("---\ntracker: {kind: memory\n---\nGo.\n")).code).toBe("workflow_parse_error");
});

test("S-036 the configuration is the root of the front matter, not something below it", async () => {
  const { message } = await refusal(`---\nconfig:\n  tracker: {kind: memory}\n---\nGo.\n`);
  expect(message).toMatch(/config: this key is not known/);
  expect(message).toMatch(/tracker\.kind/);
});

test("S-038 an unknown top-level key of a Symphony file is a warning with its place, and the file is in force", async () => {
  const stage = await newStage({ front: { extension: { a: 1 }, "x-ours": { b: 2 } } });
  const { workflow } = await stage.open();
  const told = workflow.warnings?.filter(({ key }) => key !== "workflow.profile.kind");
  expect(told).toMatchObject([{ key: "extension", line: expect.any(Number) }]);
});

test("S-038 in a file that names its profile it is an error that names the nearest key", async () => {
  const error = await refusedStart({ front: { workflow: { profile: { kind: "symphony" } }, poling: {} } });
  expect(error.message).toMatch(/WORKFLOW\.md:\d+:\d+ poling: this key is not known \(did you mean "polling"\?\)/);
});

test("S-039 all core sections of Symphony are taken, each to where it counts", async () => {
  const stage = await newStage({
    front: {
      tracker: { kind: "linear", provider: { project_slug: "a" } },
      polling: { interval_ms: 1_234 },
      workspace: { root: "../w" },
      hooks: { before_run: "true" },
      agent: { max_turns: 9 },
      agent_provider: null,
      codex: { command: "codex app-server", stall_timeout_ms: 4_321 },
    },
  });
  const { workflow } = await stage.open();
  expect(workflow).toMatchObject({
    tracker: { kind: "linear", options: { project_slug: "a" } },
    polling: { intervalMs: 1_234 },
    workspace: { root: join(stage.root, "w") },
    hooks: { beforeRun: "true" },
    agent: { maxTurns: 9, stallTimeoutMs: 4_321 },
    agentProvider: { kind: "codex", options: { command: "codex app-server" } },
  });
});

test("S-040 tracker.kind is required and has to be one that is there", async () => {
  expect((await refusedStart({ front: { tracker: { kind: null } } })).message).toMatch(
    /tracker\.kind: .*(missing|must)/,
  );
  const unknown = await refusedStart({ front: { tracker: { kind: "bord" } } });
  expect(unknown.message).toMatch(/tracker\.kind: "bord" is not known; known: board,/);
});

test("S-041 tracker.provider is {} by default and reaches its adapter unchanged, which alone judges it", async () => {
  const bare = await newStage();
  await bare.open();
  expect(bare.board.options.at(-1)).toEqual({});
  const provider = { team: "core", deep: { list: [1, { a: null }], text: "as it is" } };
  const stage = await newStage({ front: { tracker: { provider } } });
  await stage.open();
  expect(stage.board.options.at(-1)).toEqual(provider);
  const wrong = await refusedStart({ front: { tracker: { provider: { wrong: true } } } });
  expect(wrong.message).toMatch(/WORKFLOW\.md:\d+:\d+ tracker\.provider\.wrong is not a known key/);
});

test("S-043 a secret whose variable is empty, or not set, is missing", async () => {
  const front = { tracker: { provider: { api_key: "$BOARD_KEY" } } };
  for (const environment of [{ BOARD_KEY: "" }, {}]) {
    const error = await refusedStart({ front, environment });
    expect([error.code, error.message]).toEqual(["missing_secret", expect.stringContaining("BOARD_KEY")]);
  }
});

test("S-044 an issue needs all required labels, whatever their case; a blank one is on no issue", async () => {
  const stage = await newStage({ front: { tracker: { required_labels: [" Agent ", "BACKEND"] } } });
  stage.board.put("A-1", { labels: ["agent", "backend", "more"] });
  stage.board.put("A-2", { labels: ["agent"] });
  await stage.start();
  await stage.tick();
  await stage.until(() => stage.actor.scenes.length > 0);
  await stage.tick();
  expect(stage.actor.order()).toEqual(["A-1"]);
  const blank = await newStage({ front: { tracker: { required_labels: [" "] } } });
  blank.board.put("A-1", { labels: ["", " "] });
  await blank.start();
  await blank.tick();
  expect(blank.actor.scenes).toEqual([]);
});

test("S-045 without lists the adapter's own states count; comparing them does not look at case", async () => {
  const lifecycle = { activeStates: ["Doing"], terminalStates: ["Over"] };
  const tracker = { active_states: null, terminal_states: null };
  const stage = await newStage({ front: { tracker, workflow: { profile: { kind: "symphony" } } }, lifecycle });
  stage.board.put("A-1", { state: "DOING" });
  stage.board.put("A-2", { state: "over" });
  await stage.start();
  await stage.until(() => stage.actor.scenes.length > 0);
  await stage.tick();
  expect(stage.actor.order()).toEqual(["A-1"]);
});

test("S-046, S-048, S-049, S-050, S-051, S-055 the defaults of cadence, hooks and limits", async () => {
  const stage = await newStage({ front: BUILT_IN });
  const defaults = {
    "polling.interval_ms": 30_000,
    "hooks.timeout_ms": 60_000,
    "hooks.after_create": null,
    "agent.max_concurrent_agents": 10,
    "agent.max_turns": 20,
    "agent.max_retry_backoff_ms": 300_000,
    "agent.turn_timeout_ms": 3_600_000,
    "agent.read_timeout_ms": 5_000,
    "agent.stall_timeout_ms": 300_000,
  };
  for (const [key, value] of Object.entries(defaults)) expect([key, await explained(stage, key)]).toEqual([key, value]);
});

test("S-048, S-050 limits that are no positive number are refused at their place", async () => {
  for (const [section, key] of [
    ["agent", "max_turns"],
    ["hooks", "timeout_ms"],
  ] as const) {
    for (const value of [0, -1, "many", 1.5]) {
      const { message } = await refusedStart({ front: { [section]: { [key]: value } } });
      expect(message).toMatch(new RegExp(`WORKFLOW\\.md:\\d+:\\d+ ${section}\\.${key}: must be`));
    }
  }
});

test("S-047 a workspace root is relative to the file; home and a variable are expanded; it is absolute in the end", async () => {
  const environment = { SPACES: "/tmp/spaces" };
  const roots = [
    ["../sub/../spaces", (stage: Stage) => join(stage.root, "spaces")],
    ["~/spaces", (stage: Stage) => join(stage.home, "spaces")],
    ["$SPACES", () => "/tmp/spaces"],
    ["$SPACES/deep", () => "/tmp/spaces/deep"],
  ] as const;
  for (const [root, expected] of roots) {
    const stage = await newStage({ front: { workspace: { root } }, environment });
    expect((await stage.open()).workflow.workspace.root).toBe(expected(stage));
  }
  const unset = await refusedStart({ front: { workspace: { root: "$NOWHERE" } } });
  expect(unset.message).toMatch(/workspace\.root: .*NOWHERE/);
  // The deviation: below MAESTRO_HOME instead of the system's temporary folder.
  const bare = await newStage();
  expect((await bare.open()).workflow.workspace.root).toMatch(new RegExp(`^${bare.home}/projects/[^/]+/workspaces$`));
});

test("S-052 limits per state are taken by normalised name, and entries that are no positive number are ignored", async () => {
  const limits = { " In Progress ": 2, Todo: 0, Review: -1, Done: "many", Next: 1.5 };
  const stage = await newStage({ front: { agent: { max_concurrent_agents_by_state: limits } } });
  const { workflow } = await stage.open();
  expect(workflow.agent.maxConcurrentAgentsByState).toEqual({ "in progress": 2 });
});

test("S-058 an empty body means the profile's own prompt; a file that cannot be read means none", async () => {
  const { prompt } = await rendered("");
  expect(prompt).toBe("A-1: First\n\nNo description provided.\n");
  const stage = await newStage();
  await writeFile(join(stage.folder, "WORKFLOW.md"), "---\n: [\n---\n");
  const ended = await maestro(stage, "workflow", "render");
  expect([ended.code, ended.out]).toEqual([3, ""]);
});

test("S-056, S-059, S-220 a template that cannot be parsed is template_parse_error; unknown variables and filters do not render", async () => {
  const text = (body: string) => fileOf({ front: BUILT_IN, body });
  const broken = await newStage({ text: text("{% if issue.id %}never closed") });
  expect(errorOf(await maestro(broken, "workflow", "validate", "--json")).code).toBe("template_parse_error");
  for (const body of ["{{ issue.nothing }}", "{{ nothing }}", "{{ issue.title | shout }}"]) {
    const stage = await newStage({ text: text(body) });
    const { code } = errorOf(await maestro(stage, "workflow", "render", "--json"));
    expect([body, code]).toEqual([body, expect.stringMatching(/^template_(render|parse)_error$/)]);
  }
});

test("S-060 while the file is broken nothing new starts; mended it does, without a restart", async () => {
  const stage = await newStage();
  stage.board.put("A-0");
  stage.actor.play = () => new Promise(() => undefined);
  await stage.start();
  await stage.until(() => stage.actor.scenes.length === 1);
  await stage.rewrite({ text: "---\ntracker: {kind: board\n---\nGo.\n" });
  await stage.event("workflow_rejected");
  stage.board.put("A-1");
  await stage.tick("issuesByIds");
  expect(stage.actor.order()).toEqual(["A-0"]);
  await stage.rewrite({});
  await stage.until(() => stage.actor.scenes.length === 2);
});

test("S-060, S-222 a template that does not render fails only the run that it is for, and that at once", async () => {
  const body = "{% if issue.title == 'Good' %}Go.{% else %}{{ issue.nothing }}{% endif %}";
  const stage = await newStage({ body });
  stage.board.put("A-1", { title: "Bad" });
  stage.board.put("A-2", { title: "Good" });
  stage.actor.play = () => new Promise(() => undefined);
  await stage.start();
  await stage.event("work_settled");
  await stage.until(() => stage.actor.scenes.length === 1);
  expect(stage.actor.order()).toEqual(["A-2"]);
  expect(stage.all("work_settled")).toMatchObject([
    { outcome: { status: "failed", reason: { code: "template_render_error" } } },
  ]);
  await stage.event("retry_scheduled");
});
