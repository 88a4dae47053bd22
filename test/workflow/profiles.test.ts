import { describe, expect, test } from "vitest";
import { loadText, problemsOf, put, temporaryFolder } from "./fixture.ts";

const FILE = "workflow: {profile: {kind: mine}}\ntracker: {kind: paper}\nagent_provider: {kind: actor}";
const SOUND = `kind: mine
version: 1
routes:
  start: {category: todo, action: transition_then_dispatch, target: work}
  work: {category: in_progress, action: dispatch, default_state: Doing}
  look: {category: review, action: wait}
  end: {category: done, action: stop}
completion: {routes: [look], delivers_change: false, landed_route: end}
tools: [run_handoff]`;

function project(profile: string, body = "Do it."): string {
  const folder = temporaryFolder();
  put(folder, ".maestro/profiles/mine.md", `---\n${profile}\n---\n${body}\n`);
  return folder;
}

describe("a project's own profile", () => {
  test("is taken whole", async () => {
    const directory = project(SOUND);
    const { profile, tracker } = await loadText(FILE, { directory });
    expect(profile).toEqual({
      kind: "mine",
      version: 1,
      hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      options: {},
      routes: [
        { name: "start", category: "todo", action: "transition_then_dispatch", target: "work" },
        { name: "work", category: "in_progress", action: "dispatch", target: null },
        { name: "look", category: "review", action: "wait", target: null },
        { name: "end", category: "done", action: "stop", target: null },
      ],
      completion: { routes: ["look"], deliversChange: false, landing: "after_approval", landedRoute: "end" },
      tools: ["run_handoff"],
      prompt: "Do it.",
    });
    expect(tracker.states.map(({ name }) => name)).toEqual(["start", "Doing", "look", "end"]);
  });

  test("wins over the packaged one of its name", async () => {
    const folder = temporaryFolder();
    put(folder, ".maestro/profiles/triage.md", `---\n${SOUND.replace("kind: mine", "kind: triage")}\n---\nMine.\n`);
    const { profile } = await loadText(FILE.replace("mine", "triage"), { directory: folder });
    expect(profile.prompt).toBe("Mine.");
  });

  test("is no way out of its folder", async () => {
    const folder = project(SOUND);
    put(folder, ".maestro/outside.md", `---\n${SOUND}\n---\nHello.\n`);
    const [problem] = await problemsOf(loadText(FILE.replace("mine", "../outside"), { directory: folder }));
    expect(problem).toBe(
      'WORKFLOW.md:2:28 workflow.profile.kind: "../outside" is not known; known: coding_pr_delivery, mine, requirement_analysis, requirement_refinement, review_routing, symphony, triage',
    );
  });

  test("of another version is refused where the version stands", async () => {
    const file = FILE.replace("kind: mine", "kind: mine, version: 2");
    expect(await problemsOf(loadText(file, { directory: project(SOUND) }))).toEqual([
      "WORKFLOW.md:2:43 workflow.profile.version: the profile mine is version 1, this file was written for version 2",
    ]);
  });

  test("that is no front matter at all is a parse error at its place", async () => {
    const folder = project("a: [");
    await expect(loadText(FILE, { directory: folder })).rejects.toMatchObject({
      code: "workflow_parse_error",
      message: expect.stringMatching(/^\.maestro\/profiles\/mine\.md:3:1 /),
    });
  });

  const refused: [name: string, from: string, to: string, problem: string][] = [
    ["an unknown key", "tools:", "tools: []\ntoolz:", '11:1 toolz: this key is not known (did you mean "tools"?)'],
    ["a name that is not the file's", "kind: mine", "kind: yours", '2:7 kind: must be "mine", as the file is named'],
    [
      "an unknown target",
      "target: work",
      "target: wrk",
      '5:69 routes.start.target: is no route of this profile (did you mean "work"?)',
    ],
    ["a move to itself", "target: work", "target: start", "5:69 routes.start.target: leads back to where it began"],
    [
      "a move without a target",
      ", target: work",
      "",
      "5:10 routes.start: the action transition_then_dispatch needs a target",
    ],
    [
      "a move to where no agent works",
      "target: work",
      "target: look",
      "5:69 routes.start.target: an agent cannot be started in the category review",
    ],
    [
      "a target that nothing follows",
      "action: wait",
      "action: wait, target: end",
      "7:50 routes.look.target: the action wait leads nowhere, so it takes no target",
    ],
    [
      "an agent in review",
      "action: wait",
      "action: dispatch",
      "7:36 routes.look.action: an agent cannot be started in the category review",
    ],
    [
      "an unknown action",
      "action: stop",
      "action: stopp",
      "8:33 routes.end.action: must be one of dispatch, wait, stop, transition, transition_then_dispatch, disabled",
    ],
    [
      "an unknown completion route",
      "[look]",
      "[loook]",
      '9:23 completion.routes.0: is no route of this profile (did you mean "look"?)',
    ],
    ["no completion route", "[look]", "[]", "9:22 completion.routes: must not be empty"],
    [
      "landing where work goes on",
      "landed_route: end",
      "landed_route: work",
      "9:68 completion.landed_route: must be a route whose category is done or canceled",
    ],
    [
      "an option that is no schema",
      "tools: [run_handoff]",
      "tools: []\noptions: {a: {type: 3}}",
      "11:10 options: is no valid JSON Schema",
    ],
  ];
  test.each(refused)("with %s is refused at its place", async (_, from, to, problem) => {
    const problems = await problemsOf(loadText(FILE, { directory: project(SOUND.replace(from, to)) }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`.maestro/profiles/mine.md:${problem}`);
  });

  test("with a circle of moves names every step of it", async () => {
    const circle = SOUND.replace("action: wait}", "action: transition, target: end}").replace(
      "action: stop}",
      "action: transition, target: look}",
    );
    const problems = await problemsOf(loadText(FILE, { directory: project(circle) }));
    expect(problems.map((problem) => problem.split(" ")[1])).toEqual(["routes.look.target:", "routes.end.target:"]);
  });

  test("without a prompt is refused", async () => {
    const problems = await problemsOf(loadText(FILE, { directory: project(SOUND, " ") }));
    expect(problems).toEqual([
      ".maestro/profiles/mine.md:2:1 the profile has no prompt: nothing follows its front matter",
    ]);
  });
});

describe("a profile's options", () => {
  const coding = (options: string) =>
    `workflow:\n  profile:\n    kind: coding_pr_delivery\n    options: ${options}\n` +
    "tracker: {kind: paper}\nrepo: {provider: {kind: paper}}\nagent_provider: {kind: actor}";

  const landings: [options: string, landing: object][] = [
    ["{}", { landing: "after_approval" }],
    ["{landing: {when: when_green}}", { landing: "when_green" }],
    ["{landing: {label: ' Auto-Land '}}", { landing: "after_approval", autoLandLabel: "auto-land" }],
  ];
  test.each(landings)("%s", async (options, landing) => {
    const { profile } = await loadText(coding(options));
    expect(profile.completion).toEqual({
      routes: ["review"],
      deliversChange: true,
      landedRoute: "resolved",
      ...landing,
    });
  });

  const refused: [options: string, problem: string][] = [
    [
      "{landing: {when: now}}",
      '5:31 workflow.profile.options.landing.when: must be one of after_approval, when_green; it is "now"',
    ],
    [
      "{landing: {wen: now}}",
      '5:25 workflow.profile.options.landing.wen: this key is not known (did you mean "when"?)',
    ],
    ["{lnding: {}}", '5:15 workflow.profile.options.lnding: this key is not known (did you mean "landing"?)'],
    ["{landing: []}", "5:24 workflow.profile.options.landing: must be a map"],
  ];
  test.each(refused)("%s is refused at its place", async (options, problem) => {
    expect(await problemsOf(loadText(coding(options)))).toEqual([`WORKFLOW.md:${problem}`]);
  });

  test("change the profile's hash", async () => {
    const hashes = await Promise.all(
      ["{}", "{landing: {when: when_green}}"].map(async (options) => (await loadText(coding(options))).profile.hash),
    );
    expect(new Set(hashes).size).toBe(2);
  });
});
