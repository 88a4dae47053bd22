import { describe, expect, test } from "vitest";
import { explainKey, type WorkflowInput } from "../../src/workflow/index.ts";
import { failureOf, put, temporaryFolder, testKinds } from "./fixture.ts";

const YAML = `workflow: {profile: {kind: coding_pr_delivery, options: {landing: {label: go}}}}
tracker:
  kind: paper
  provider: {auth: {api_key: $PAPER_KEY}, team: $TEAM}
repo: {provider: {kind: paper, token: written-secret}, remote: $REMOTE}
agent: {execution: {max_turns: 7}}
agent_provider: {kind: actor, options: {command: $HOME}}
codex: {turn_timeout_ms: 9}
hooks: {env: {A: $TEAM}}`;

const SECRET = "hunter2hunter2";

function input(yaml = YAML): WorkflowInput {
  const path = put(temporaryFolder(), "WORKFLOW.md", `---\n${yaml}\n---\nHello`);
  const environment = { PAPER_KEY: SECRET, TEAM: "blue", REMOTE: "/bare.git", HOME: "/home/ann" };
  return { path, kinds: testKinds(), environment, home: "/home/of/maestro" };
}

async function explained(key: string) {
  const found = await explainKey(input(), key);
  expect(found).toHaveLength(1);
  return found[0];
}

describe("where a value comes from", () => {
  test("the file", async () => {
    expect(await explained("tracker.kind")).toEqual({
      key: "tracker.kind",
      value: "paper",
      source: { kind: "file", place: "WORKFLOW.md:4:3", writtenAs: "tracker.kind", variable: null },
      purpose: "The tracker's kind.",
    });
  });

  test("the file, in the words of another runner, asked by either name", async () => {
    const source = { kind: "file", place: "WORKFLOW.md:7:21", writtenAs: "agent.execution.max_turns", variable: null };
    expect(await explained("agent.max_turns")).toMatchObject({ key: "agent.max_turns", value: 7, source });
    expect(await explained("agent.execution.max_turns")).toMatchObject({ key: "agent.max_turns", value: 7, source });
    expect(await explained("codex.turn_timeout_ms")).toMatchObject({ key: "agent.turn_timeout_ms", value: 9 });
  });

  test("the environment, by name and never by value", async () => {
    expect(await explained("tracker.provider.team")).toMatchObject({
      value: "$TEAM",
      source: { kind: "file", place: "WORKFLOW.md:5:43", variable: { name: "TEAM", isSet: true } },
    });
    expect(await explained("hooks.env.A")).toMatchObject({ value: "$TEAM", source: { variable: { name: "TEAM" } } });
    expect(await explained("repo.remote")).toMatchObject({ source: { variable: { name: "REMOTE" } } });
    // A command takes no references.
    expect(await explained("agent_provider.options.command")).toMatchObject({
      value: "$HOME",
      source: { variable: null },
    });
  });

  test("a default, also one that only a loaded workflow knows", async () => {
    expect(await explained("polling.interval_ms")).toMatchObject({ value: 30_000, source: { kind: "default" } });
    expect(await explained("workspace.root")).toMatchObject({
      value: expect.stringMatching(/^\/home\/of\/maestro\/projects\/.*\/workspaces$/),
      source: { kind: "default" },
    });
    expect(await explained("server.port")).toMatchObject({ value: null, source: { kind: "default" } });
  });

  test("the profile", async () => {
    expect(await explained("workflow.profile.options.landing.when")).toMatchObject({
      value: "after_approval",
      source: { kind: "profile", place: expect.stringMatching(/profiles\/coding_pr_delivery\.md:\d+:\d+$/) },
    });
    expect(await explained("workflow.profile.options.landing.label")).toMatchObject({ source: { kind: "file" } });
    expect(await explained("tracker.lifecycle.active_states")).toMatchObject({
      value: ["Todo", "In Progress", "Merging", "Rework"],
      source: { kind: "profile" },
    });
  });

  test("the adapter", async () => {
    expect(await explained("tracker.provider.project")).toMatchObject({
      value: "inbox",
      source: { kind: "adapter", name: "tracker paper" },
    });
  });
});

describe("what is asked for", () => {
  test("a section gives each of its keys, nothing gives all", async () => {
    const keys = (await explainKey(input(), "validation")).map(({ key }) => key);
    expect(keys).toEqual(["validation.commands", "validation.timeout_ms", "validation.network", "validation.in"]);
    const all = await explainKey(input(), "");
    expect(all.length).toBeGreaterThan(40);
    const others = all.filter(({ purpose }) => purpose === null).map(({ key }) => key);
    // What adapters and profiles document themselves.
    expect(others.sort()).toEqual([
      "agent_provider.options.command",
      "hooks.env.A",
      "repo.provider.token",
      "tracker.provider.auth.api_key",
      "tracker.provider.project",
      "tracker.provider.team",
      "workflow.profile.options.landing.label",
      "workflow.profile.options.landing.validation_alone",
      "workflow.profile.options.landing.when",
    ]);
  });

  test("no secret and no variable's value is told", async () => {
    const text = JSON.stringify(await explainKey(input(), ""));
    for (const value of [SECRET, "written-secret", "blue", "/bare.git"]) expect(text).not.toContain(value);
    expect(await explained("repo.provider.token")).toMatchObject({ value: "(a secret, not shown)" });
  });

  test("an unknown key is an error with the nearest one", async () => {
    const failure = await failureOf(explainKey(input(), "agent.max_turn"));
    expect(failure).toMatchObject({ code: "unknown_key", hint: 'did you mean "agent.max_turns"?' });
  });

  test("a file that does not load is told as everywhere", async () => {
    expect((await failureOf(explainKey(input("tracker: {kind: papr}"), "agent"))).code).toBe("invalid_workflow");
  });
});
