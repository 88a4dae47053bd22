import { describe, expect, it } from "vitest";
import { builtInKinds } from "../../../src/app-kinds.ts";
import { composeTemplate } from "../../../src/workflow/index.ts";
import { loadText, problemsOf } from "../../workflow/fixture.ts";
import { KEY } from "./harness.ts";

const REST = "workflow: {profile: {kind: triage, version: 1}}\nagent_provider: {kind: mock}";
const environment = { HOME: "/home/ann", LINEAR_API_KEY: KEY, LINEAR_PROJECT_SLUG: "runner" };
const setting = { kinds: builtInKinds(), environment };

describe("a workflow file", () => {
  it.each([
    [
      "of ours",
      "tracker:\n  kind: linear\n  provider: {api_key: $LINEAR_API_KEY, project_slug: $LINEAR_PROJECT_SLUG, assignee: me}",
    ],
    [
      "with Symphony's flat keys",
      "tracker:\n  kind: linear\n  api_key: $LINEAR_API_KEY\n  project_slug: $LINEAR_PROJECT_SLUG\n  assignee: me",
    ],
    [
      "of the control plane",
      "tracker:\n  kind: linear\n  auth: {api_key: $LINEAR_API_KEY}\n  provider: {project_slug: $LINEAR_PROJECT_SLUG, assignee: me}",
    ],
  ])("%s gives the adapter the same options", async (_, tracker) => {
    const workflow = await loadText(`${tracker}\n${LIFECYCLE}\n${REST}`, setting);
    expect(workflow.tracker).toMatchObject({
      kind: "linear",
      options: { api_key: KEY, project_slug: "runner", assignee: "me", endpoint: "https://api.linear.app/graphql" },
    });
  });

  it("is told where it is wrong", async () => {
    const wrong = "tracker:\n  kind: linear\n  provider: {team: ENG, asignee: me}";
    const [problem] = await problemsOf(loadText(`${wrong}\n${LIFECYCLE}\n${REST}`, setting));
    expect(problem).toMatch(
      /^WORKFLOW\.md:4:\d+ tracker\.provider\.asignee is not a known key.*did you mean "assignee"/,
    );
  });
});

const LIFECYCLE = `  lifecycle:
    raw_state_by_route_key:
      {intake: Todo, classifying: In Progress, needs_info: In Review, routed: Done, duplicate: Duplicate, rejected: Canceled}`;

describe("the template", () => {
  it("has the states of the ancestor's, and says which variables it reads", async () => {
    const { text, environment: read, next } = await composeTemplate("linear/memory/mock", "/nowhere");
    expect(read.map(({ name }) => name)).toEqual(["LINEAR_API_KEY", "LINEAR_PROJECT_SLUG"]);
    expect(next).toEqual(["smoke", "tracker"]);
    const front = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1] ?? "";
    const { states, options } = (await loadText(front, setting)).tracker;
    expect(options).toMatchObject({ api_key: KEY, project_slug: "runner" });
    const shown = states.map(({ name, route, category }) => `${name}: ${route} (${category})`);
    expect(shown).toEqual([
      "Todo: planning (todo)",
      "In Progress: developing (in_progress)",
      "In Review: review (review)",
      "Merging: merging (merging)",
      "Rework: rework (rework)",
      "Done: resolved (done)",
      "Canceled: rejected (canceled)",
      "Backlog: null (backlog)",
      "Closed: resolved (done)",
      "Cancelled: rejected (canceled)",
      "Duplicate: rejected (canceled)",
    ]);
  });
});
