import { describe, expect, test } from "vitest";
import { failureOf, LEAST, loadText, problemsOf } from "./fixture.ts";

describe("what stands at which place", () => {
  const located: [name: string, yaml: string, problem: string][] = [
    ["an unknown top key", "trackr: {}", 'WORKFLOW.md:5:1 trackr: this key is not known (did you mean "tracker"?)'],
    [
      "an unknown key below",
      "agent:\n  max_turn: 3",
      'WORKFLOW.md:6:3 agent.max_turn: this key is not known (did you mean "max_turns"?)',
    ],
    [
      "a key at the wrong place",
      "polling:\n  active_states: [a]",
      'WORKFLOW.md:6:3 polling.active_states: this key is not known (did you mean "tracker.lifecycle.active_states"?)',
    ],
    ["an unknown key that is like none", "zzzzzzzz: 1", "WORKFLOW.md:5:1 zzzzzzzz: this key is not known"],
    [
      "a text for a number",
      "agent:\n  max_turns: many",
      'WORKFLOW.md:6:14 agent.max_turns: must be a whole number; it is "many"',
    ],
    ["S-050 no turns at all", "agent: {max_turns: 0}", "WORKFLOW.md:5:20 agent.max_turns: must be at least 1; it is 0"],
    [
      "S-048 no time for hooks",
      "hooks: {timeout_ms: -1}",
      "WORKFLOW.md:5:21 hooks.timeout_ms: must be at least 1; it is -1",
    ],
    [
      "S-046 no pause between polls",
      "polling: {interval_ms: 0}",
      "WORKFLOW.md:5:24 polling.interval_ms: must be at least 1; it is 0",
    ],
    ["a list for a map", "agent: []", "WORKFLOW.md:5:8 agent: must be a map"],
    [
      "an unknown strategy",
      "workspace: {strategy: copy}",
      'WORKFLOW.md:5:23 workspace.strategy: must be one of worktree, clone; it is "copy"',
    ],
    [
      "a blank command",
      "validation:\n  commands: ['npm test', ' ']",
      "WORKFLOW.md:6:26 validation.commands.1: must not be blank",
    ],
    [
      "an SSH remote that does not say with which key",
      "repo: {provider: {kind: paper}, remote: 'git@example.invalid:a/b'}",
      "WORKFLOW.md:5:41 repo.remote: is reached over SSH, so say how Git logs in: repo.ssh: {auth: agent} for your SSH agent's keys, or {auth: key, key: PATH}",
    ],
    [
      "a signature without a key",
      "repo: {provider: {kind: paper}, commit: {sign: ssh}}",
      "WORKFLOW.md:5:41 repo.commit.key: is missing: a signature by SSH needs the path of a key",
    ],
    [
      "a port beyond the last",
      "server: {port: 70000}",
      "WORKFLOW.md:5:16 server.port: must be at most 65535; it is 70000",
    ],
    [
      "a name that is none",
      "agent_runtime: {pass: ['A-B']}",
      'WORKFLOW.md:5:24 agent_runtime.pass.0: must look like ^[A-Za-z_][A-Za-z0-9_]*$; it is "A-B"',
    ],
    [
      "an endless number",
      "agent: {stall_timeout_ms: .inf}",
      "WORKFLOW.md:5:27 agent.stall_timeout_ms: is not a number that can be kept",
    ],
    [
      "a placement that is not built",
      "agent_runtime: {placement: mon}",
      'WORKFLOW.md:5:28 agent_runtime.placement: "mon" is not known; known: local, moon (did you mean "moon"?)',
    ],
    [
      "the same thing twice",
      "agent:\n  max_turns: 3\n  execution:\n    max_turns: 4",
      "WORKFLOW.md:8:5 agent.execution.max_turns: agent.max_turns says the same: keep one of them",
    ],
    [
      "G-15 an unset variable of a path",
      "workspace:\n  root: $NOWHERE",
      "WORKFLOW.md:6:9 workspace.root: the environment variable NOWHERE is not set (set NOWHERE)",
    ],
    [
      "G-15 an empty one",
      "workspace: {root: $EMPTY}",
      "WORKFLOW.md:5:19 workspace.root: the environment variable EMPTY is empty (set EMPTY)",
    ],
    [
      "a home that is nowhere",
      "workspace: {root: ~/w}",
      "WORKFLOW.md:5:19 workspace.root: the environment variable HOME is not set (set HOME)",
    ],
  ];
  test.each(located)("%s", async (_, yaml, problem) => {
    expect(await problemsOf(loadText(`${LEAST}\n${yaml}`, { environment: { EMPTY: "" } }))).toContain(problem);
  });

  test("S-040, S-081 unknown kinds name the known ones; all problems come together, in the file's order", async () => {
    const yaml = [
      "workflow: {profile: {kind: triag}}",
      "tracker: {kind: papr}",
      "repo: {provider: {kind: memry}}",
      "agent_provider: {kind: actr}",
    ].join("\n");
    expect(await problemsOf(loadText(yaml))).toEqual([
      'WORKFLOW.md:2:28 workflow.profile.kind: "triag" is not known; known: coding_pr_delivery, requirement_analysis, requirement_refinement, review_routing, symphony, triage (did you mean "triage"?)',
      'WORKFLOW.md:3:17 tracker.kind: "papr" is not known; known: memory, paper (did you mean "paper"?)',
      'WORKFLOW.md:4:25 repo.provider.kind: "memry" is not known; known: memory, paper (did you mean "memory"?)',
      'WORKFLOW.md:5:24 agent_provider.kind: "actr" is not known; known: actor (did you mean "actor"?)',
    ]);
  });

  test("S-081 what an adapter refuses stands at its key", async () => {
    const yaml =
      "workflow: {profile: {kind: triage}}\ntracker:\n  kind: paper\n  provider:\n    project: 3\nagent_provider:\n  kind: actor\n  options: {wrong: 1}";
    expect(await problemsOf(loadText(yaml))).toEqual([
      "WORKFLOW.md:6:14 tracker.provider.project: must be text; it is 3",
      "WORKFLOW.md:9:20 agent_provider.options.wrong: is not allowed",
    ]);
  });

  test("the facts hold the same as the message", async () => {
    const failure = await failureOf(loadText(`${LEAST}\nagent: {max_turns: 0}`));
    expect(failure.facts.problems).toEqual([
      {
        path: expect.stringMatching(/\/WORKFLOW\.md$/),
        line: 5,
        column: 20,
        key: "agent.max_turns",
        value: 0,
        message: "must be at least 1",
      },
    ]);
  });

  test("a template that is no template is template_parse_error, at its line of the file", async () => {
    const failure = await failureOf(loadText(LEAST, { body: "\nHello\n{{ issue.title | shout }}" }));
    expect(failure).toMatchObject({ code: "template_parse_error", facts: { line: 8, column: 1 } });
    expect(failure.message).toBe("WORKFLOW.md:8:1 undefined filter: shout");
  });
});
