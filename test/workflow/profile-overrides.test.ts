import { describe, expect, test } from "vitest";
import { explainKey } from "../../src/workflow/index.ts";
import { toolsOnRoute } from "../../src/model/profile.ts";
import { routeOf } from "../../src/model/workflow.ts";
import { loadText, problemsOf, put, temporaryFolder, testKinds } from "./fixture.ts";

const AROUND = "tracker: {kind: paper}\nrepo: {provider: {kind: paper}}\nagent_provider: {kind: actor}";
const coding = (profile: string) =>
  `workflow: {profile: {kind: coding_pr_delivery, version: 1, ${profile}}}\n${AROUND}`;

describe("a key of the profile that the workflow file says otherwise", () => {
  test("is taken, and all others stay", async () => {
    const plain = await loadText(coding("options: {}"));
    const { profile } = await loadText(coding("routes: {rework: {action: disabled}}"));
    expect(profile.routes.find(({ name }) => name === "rework")).toEqual({
      name: "rework",
      category: "rework",
      action: "disabled",
      target: null,
    });
    const others = (routes: typeof profile.routes) => routes.filter(({ name }) => name !== "rework");
    expect(others(profile.routes)).toEqual(others(plain.profile.routes));
    expect(profile.completion).toEqual(plain.profile.completion);
    expect(profile.hash).not.toBe(plain.profile.hash);
  });

  test("that changes an action drops the target of the old one", async () => {
    const { profile } = await loadText(coding("routes: {planning: {action: wait}}"));
    expect(profile.routes[0]).toMatchObject({ name: "planning", action: "wait", target: null });
  });

  test("may add a route, and say what its runs get and where it leads", async () => {
    const more = "routes: {spike: {category: in_progress, action: dispatch, tools: [run_attention], next: [review]}}";
    const workflow = await loadText(coding(more));
    const spike = routeOf(workflow, "spike");
    expect(spike).toMatchObject({ tools: ["run_attention"], next: ["review"] });
    expect(toolsOnRoute(workflow.profile, spike)).toEqual(["run_attention"]);
    expect(toolsOnRoute(workflow.profile, routeOf(workflow, "Todo"))).toEqual(workflow.profile.tools);
  });

  const refused: [name: string, profile: string, problem: string][] = [
    [
      "an action that is none",
      "routes: {review: {action: dispatsh}}",
      '2:86 workflow.profile.routes.review.action: must be one of dispatch, wait, stop, transition, transition_then_dispatch, disabled; it is "dispatsh"',
    ],
    [
      "a route without a category",
      "routes: {reveiw: {action: wait}}",
      "2:77 workflow.profile.routes.reveiw.category: is missing",
    ],
    [
      "a target that is no route",
      "routes: {planning: {target: developping}}",
      '2:88 workflow.profile.routes.planning.target: is no route of this profile (did you mean "developing"?)',
    ],
    [
      "a move that leads back",
      "routes: {developing: {action: transition, target: planning}}",
      "2:110 workflow.profile.routes.developing.target: leads back to where it began",
    ],
    [
      "an agent where none can work",
      "routes: {review: {action: dispatch}}",
      "2:86 workflow.profile.routes.review.action: an agent cannot be started in the category review",
    ],
    [
      "a move to where none can work",
      "routes: {planning: {target: review}}",
      "2:88 workflow.profile.routes.planning.target: an agent cannot be started in the category review",
    ],
    [
      "a move without a target",
      "routes: {rework: {action: transition}}",
      "2:77 workflow.profile.routes.rework: the action transition needs a target",
    ],
    [
      "a completion that leads nowhere",
      "completion: {routes: [revue]}",
      '2:82 workflow.profile.completion.routes.0: is no route of this profile (did you mean "review"?)',
    ],
    [
      "an unknown key",
      "gates: {reviw: {human: true}}",
      '2:68 workflow.profile.gates.reviw: this key is not known (did you mean "review"?)',
    ],
    ["a budget of nothing", "budget: {tokens: 0}", "2:77 workflow.profile.budget.tokens: must be at least 1; it is 0"],
  ];
  test.each(refused)("is refused at its place: %s", async (_, profile, problem) => {
    expect((await problemsOf(loadText(coding(profile)))).join("\n")).toContain(`WORKFLOW.md:${problem}`);
  });

  test("a circle of two moves is told at the step that the file made", async () => {
    const problems = await problemsOf(
      loadText(coding("routes: {developing: {action: transition_then_dispatch, target: planning}}")),
    );
    expect(problems.join("\n")).toContain("workflow.profile.routes.developing.target: leads back to where it began");
  });

  test("is what policy_by_route_key of the control plane is translated to", async () => {
    const policy = "policy_by_route_key: {rework: {action: disabled}, planning: {transition_target: developing}}";
    const text = coding("options: {}").replace("{kind: paper}", `{kind: paper, lifecycle: {${policy}}}`);
    const { profile, warnings } = await loadText(text);
    expect(profile.routes.find(({ name }) => name === "rework")?.action).toBe("disabled");
    expect(warnings).toBeUndefined();
    const wrong = text.replace("action: disabled", "action: off");
    expect((await problemsOf(loadText(wrong)))[0]).toMatch(
      /^WORKFLOW\.md:3:\d+ tracker\.lifecycle\.policy_by_route_key/,
    );
  });
});

describe("limits of a profile", () => {
  const front = `kind: mine
version: 1
routes: { work: { category: in_progress, action: dispatch }, end: { category: done, action: stop } }
completion: { routes: [end], delivers_change: false }
tools: [run_handoff]
budget: { tokens: 1000, turns: 4 }
stop: { failures: 2, idle_sessions: 1 }`;
  const FILE = "workflow: {profile: {kind: mine}}\ntracker: {kind: paper}\nagent_provider: {kind: actor}";
  const project = () => {
    const directory = temporaryFolder();
    put(directory, ".maestro/profiles/mine.md", `---\n${front}\n---\nDo it.\n`);
    return directory;
  };

  test("hold where the workflow file says nothing", async () => {
    const { agent, budget } = await loadText(FILE, { directory: project() });
    expect(agent).toMatchObject({ maxTurns: 4, maxAttempts: 2, maxSessionsWithoutProgress: 1 });
    expect(budget.run).toMatchObject({ tokens: 1000, modelCalls: 300 });
  });

  test("yield to what it says, key by key", async () => {
    const own = `${FILE}\nagent: {max_turns: 9}\nbudget: {run: {tokens: 7}}`;
    const { agent, budget } = await loadText(own, { directory: project() });
    expect(agent).toMatchObject({ maxTurns: 9, maxAttempts: 2 });
    expect(budget.run.tokens).toBe(7);
  });

  test("are explained by the profile's line", async () => {
    const directory = project();
    const path = put(directory, "WORKFLOW.md", `---\n${FILE}\n---\nDo it.\n`);
    const [found] = await explainKey(
      { path, kinds: testKinds(), environment: {}, home: "/home/of" },
      "agent.max_turns",
    );
    expect(found).toMatchObject({ value: 4, source: { kind: "profile", place: ".maestro/profiles/mine.md:7:25" } });
  });
});

describe("versions of a profile", () => {
  const profile = (version: number, said: string) => `---
kind: mine
version: ${version}
routes: { work: { category: in_progress, action: dispatch }, end: { category: done, action: stop } }
completion: { routes: [end], delivers_change: false }
tools: [run_handoff]
---
${said}
`;
  const file = (written: string) =>
    `workflow: {profile: ${written}}\ntracker: {kind: paper}\nagent_provider: {kind: actor}`;
  const project = (older = profile(1, "Old.")) => {
    const directory = temporaryFolder();
    put(directory, ".maestro/profiles/mine.md", profile(2, "New."));
    put(directory, ".maestro/profiles/mine@1.md", older);
    return directory;
  };

  test.each([
    ["mine", 2, "New."],
    ["{kind: mine}", 2, "New."],
    ["mine@2", 2, "New."],
    ["mine@1", 1, "Old."],
    ["{kind: mine, version: 1}", 1, "Old."],
    ["{kind: mine@1}", 1, "Old."],
  ])("profile: %s is version %i", async (written, version, prompt) => {
    const found = await loadText(file(written), { directory: project(), body: "" });
    expect(found.profile).toMatchObject({ kind: "mine", version, prompt });
  });

  test("one that is not kept is refused, with what helps", async () => {
    const [problem] = await problemsOf(loadText(file("mine@3"), { directory: project() }));
    expect(problem).toContain("the profile mine is version 2, this file was written for version 3");
    const directory = temporaryFolder();
    put(directory, ".maestro/profiles/mine.md", profile(2, "New."));
    expect((await problemsOf(loadText(file("mine@1"), { directory })))[0]).toContain(".maestro/profiles/mine@1.md");
  });

  test("a file says the version that it is named after", async () => {
    const problems = await problemsOf(loadText(file("mine@1"), { directory: project(profile(2, "Old.")) }));
    expect(problems[0]).toBe(".maestro/profiles/mine@1.md:3:10 version: must be 1, as the file is named; it is 2");
  });

  test("are one kind in the list of those that are known", async () => {
    const [problem] = await problemsOf(loadText(file("mind"), { directory: project() }));
    expect(problem).toContain("known: coding_pr_delivery, mine, requirement_analysis");
  });
});

describe("what a profile needs", () => {
  const need = (requires: string) => {
    const directory = temporaryFolder();
    const front = `kind: mine
version: 1
routes: { work: { category: in_progress, action: dispatch }, end: { category: done, action: stop } }
completion: { routes: [end], delivers_change: false }
tools: [run_handoff]
requires: ${requires}`;
    put(directory, ".maestro/profiles/mine.md", `---\n${front}\n---\nDo it.\n`);
    return directory;
  };
  const FILE =
    "workflow: {profile: {kind: mine}}\ntracker: {kind: able}\nrepo: {provider: {kind: able}}\nagent_provider: {kind: able}\nagent_runtime: {isolation: none}";
  const kinds = () => {
    const made = testKinds();
    const parse = (options: object) => ({ ...options });
    const open = () => Promise.reject(new Error("only parsed"));
    const able = { kind: "able", secretKeys: [], lifecycle: null, parseOptions: parse, open };
    const add = (can: readonly string[]) => ({ kind: "able", source: "test", load: async () => ({ ...able, can }) });
    made.trackers.register(add(["move", "comment"]));
    made.forges.register(add(["merge"]));
    made.agents.register(add(["tools"]));
    return made;
  };

  test("and everything has, is no problem", async () => {
    const directory = need("{ tracker: [move], forge: [merge], agent: [tools] }");
    expect((await loadText(FILE, { directory, kinds: kinds() })).profile.requires).toEqual({
      tracker: ["move"],
      forge: ["merge"],
      agent: ["tools"],
      runtime: [],
    });
  });

  test.each([
    ["tracker: [move, label]", "3:17 tracker.kind: the profile mine needs of its tracker: label; able cannot"],
    ["forge: [reviews]", "4:25 repo.provider.kind: the profile mine needs of its forge: reviews; able cannot"],
    ["agent: [tools, sandbox]", "5:24 agent_provider.kind: the profile mine needs of its agent: sandbox; able cannot"],
    ["runtime: [isolation]", "6:28 agent_runtime.isolation: the profile mine needs of its runtime: isolation;"],
  ])("and something has not, is told where that is named: %s", async (requires, problem) => {
    const problems = await problemsOf(loadText(FILE, { directory: need(`{ ${requires} }`), kinds: kinds() }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`WORKFLOW.md:${problem}`);
  });

  test("is not asked of kinds that do not tell", async () => {
    const directory = need("{ tracker: [anything] }");
    const file = "workflow: {profile: {kind: mine}}\ntracker: {kind: paper}\nagent_provider: {kind: actor}";
    expect((await loadText(file, { directory })).profile.kind).toBe("mine");
  });
});
