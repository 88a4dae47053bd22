import { describe, expect, test } from "vitest";
import { explainKey } from "../../src/workflow/index.ts";
import { LEAST, loadText, problemsOf, put, temporaryFolder, testKinds } from "./fixture.ts";

const HEAD = LEAST.replace(
  "agent_provider: {kind: actor}",
  "agent_provider:\n  kind: actor\n  options: {model: small, env: {A: $A}}\n  rules:",
);
const environment = { A: "1", B: "2" };
const load = (rules: string) => loadText(`${HEAD}\n${rules}`, { environment });

describe("agent_provider.rules", () => {
  test("options of the usual kind are added to the usual ones; conditions are normalised", async () => {
    const { agentProvider } = await load(
      "    - {when: {labels: [Hard, ' core '], retry_at_least: 2}, options: {model: big, env: {B: $B}}}\n" +
        "    - {when: {states: [In Progress], priority_at_most: 1}, kind: actor}",
    );
    expect(agentProvider).toEqual({
      kind: "actor",
      options: { model: "small", env: { A: "1" } },
      rules: [
        {
          when: { labels: ["hard", "core"], states: null, retryAtLeast: 2, priorityAtMost: null },
          ...{ kind: "actor", options: { model: "big", env: { B: "2" } } },
        },
        {
          when: { labels: null, states: ["in progress"], retryAtLeast: null, priorityAtMost: 1 },
          ...{ kind: "actor", options: { model: "small", env: { A: "1" } } },
        },
      ],
    });
  });

  test("without rules there are none", async () => {
    expect((await loadText(LEAST)).agentProvider).toEqual({ kind: "actor", options: {} });
  });

  const wrong: [name: string, rule: string, problem: string][] = [
    [
      "an unknown kind",
      "{when: {}, kind: actr}",
      'WORKFLOW.md:8:24 agent_provider.rules.0.kind: "actr" is not known; known: actor (did you mean "actor"?)',
    ],
    [
      "options that the agent refuses",
      "{when: {}, options: {wrong: 1}}",
      "WORKFLOW.md:8:35 agent_provider.rules.0.options.wrong: is not allowed",
    ],
    [
      "an unknown condition",
      "{when: {label: [x]}}",
      "WORKFLOW.md:8:15 agent_provider.rules.0.when.label: this key is not known",
    ],
    ["no condition at all", "{kind: actor}", "WORKFLOW.md:8:7 agent_provider.rules.0.when: is missing"],
    [
      "no retry",
      "{when: {retry_at_least: 0}}",
      "WORKFLOW.md:8:31 agent_provider.rules.0.when.retry_at_least: must be at least 1; it is 0",
    ],
  ];
  test.each(wrong)("%s is told at its place", async (_, rule, problem) => {
    const [found = ""] = await problemsOf(load(`    - ${rule}`));
    expect(found).toBe(problem);
  });

  test("explain shows them", async () => {
    const path = put(temporaryFolder(), "WORKFLOW.md", `---\n${HEAD}\n    - {when: {labels: [hard]}}\n---\nHello`);
    const [found] = await explainKey({ path, kinds: testKinds(), environment, home: "/h" }, "agent_provider.rules");
    expect(found).toMatchObject({
      value: [{ when: { labels: ["hard"] } }],
      source: { kind: "file", place: "WORKFLOW.md:7:3" },
    });
  });
});
