import { describe, expect, test } from "vitest";
import { splitFrontMatter } from "../../src/base/front-matter.ts";
import { composeTemplate, loadWorkflow, renderPrompt } from "../../src/workflow/index.ts";
import { knownParts, PART_AXES } from "../../src/workflow/template-parts.ts";
import { findTemplate } from "../../src/workflow/templates.ts";
import { anIssue, failureOf, packagedKinds, promptInput, put, temporaryFolder } from "./fixture.ts";

const NOWHERE = "/nowhere";
const ENVIRONMENT = {
  LINEAR_API_KEY: "key-of-linear",
  LINEAR_PROJECT_SLUG: "runner",
  TAPD_API_USER: "maestro",
  TAPD_API_PASSWORD: "password-of-tapd",
  TAPD_WORKSPACE_ID: "20003271",
  SOURCE_REPO_URL: "https://github.com/acme/app.git",
  SOURCE_REPO_BASE_BRANCH: "main",
  SOURCE_REPO_PROVIDER_REPOSITORY: "acme/app",
  SOURCE_REPO_BRANCH_WORK_PREFIX: "maestro",
  SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL: "maestro",
};

async function everyAlias(): Promise<string[]> {
  const [trackers = [], forges = [], agents = [], profiles = []] = await Promise.all(
    PART_AXES.map((axis) => knownParts(axis, NOWHERE)),
  );
  return trackers.flatMap((tracker) =>
    forges.flatMap((forge) =>
      agents.flatMap((agent) => profiles.map((profile) => `${tracker}/${forge}/${agent}.${profile}`)),
    ),
  );
}

async function load(text: string) {
  const path = put(temporaryFolder(), "WORKFLOW.md", text);
  return loadWorkflow({ path, kinds: packagedKinds(), environment: ENVIRONMENT, home: "/home/of" });
}

test("every tracker with every profile loads, and its prompt renders; code without a repository is told", async () => {
  const every = await everyAlias();
  // Agents and forges say nothing about profiles (each is in combinations.test.ts): every tracker with every profile.
  const aliases = every.filter((alias) => /\/(?:no_repo|local)\/mock\./.test(alias));
  expect(aliases).toContain("linear/local/mock.coding_pr_delivery");
  for (const alias of aliases) {
    const { text } = await composeTemplate(alias, NOWHERE);
    if (alias.includes("/no_repo/") && alias.endsWith(".coding_pr_delivery")) {
      expect((await failureOf(load(text))).message).toContain("it needs a repo section");
      continue;
    }
    const workflow = await load(text);
    expect(`${alias} ${workflow.profile.kind}`).toBe(`${alias} ${alias.split(".")[1]}`);
    const state = workflow.tracker.states.find(({ category }) => category === "in_progress")?.name ?? "";
    expect(renderPrompt(workflow, promptInput({ issue: anIssue({ state }) }))).toContain("Make it so");
  }
});

describe("a composed file", () => {
  test("is one readable file with the comments of its parts, profile first, the prompt below", async () => {
    const { text, alias, parts, next, environment } = await composeTemplate("local/local/mock", NOWHERE);
    expect(alias).toBe("local/local/mock.coding_pr_delivery");
    const { data, body } = splitFrontMatter(text);
    expect(Object.keys(Object(data))).toEqual(
      ["workflow", "workspace", "tracker", "repo", "validation", "agent_provider", "agent"].concat(
        "optional_environment",
      ),
    );
    expect(text).toMatch(/^---\n# Made from the template local\/local\/mock\.coding_pr_delivery;/);
    expect(text).toContain(
      "\n\n# Each issue is a file in .maestro/issues; `maestro issue new` writes one.\ntracker:\n",
    );
    expect(text).toContain("provider: { kind: local }");
    expect(body).toContain("{% render 'profile/work' %}");
    expect(parts.map(({ axis, kind }) => `${axis} ${kind}`)).toEqual([
      "profile coding_pr_delivery",
      "tracker local",
      "forge local",
      "agent mock",
    ]);
    expect([next, environment]).toEqual([["issue", "new", "<title>"], []]);
  });

  test("takes the forge's usual profile, or the one that is named", async () => {
    expect((await composeTemplate("local/no_repo/mock", NOWHERE)).alias).toBe("local/no_repo/mock.triage");
    expect((await composeTemplate("local/local/mock.triage", NOWHERE)).alias).toBe("local/local/mock.triage");
  });

  test("lays a variant for the profile over a part", async () => {
    const states = async (alias: string) => /state: (.*)/.exec((await composeTemplate(alias, NOWHERE)).text)?.[1];
    expect(await states("memory/memory/mock")).toBe("In Progress");
    expect(await states("memory/no_repo/mock")).toBe("classifying");
  });
});

describe("a project's own parts", () => {
  const PART = `---
about: issues on paper
environment: { PAPER_KEY: reads and writes the issues }
next: [workflow, render]
workflow:
  # Kept in a drawer.
  tracker: { kind: memory, required_labels: [mine] }
  agent: { max_concurrent_agents: 9 }
---
`;

  test("win over the packaged ones, and bring their variables", async () => {
    const folder = temporaryFolder();
    put(folder, ".maestro/templates/tracker/local.md", PART);
    put(
      folder,
      ".maestro/templates/tracker/local.triage.md",
      PART.replace("mine", "yours").replace("PAPER_KEY", "OTHER"),
    );
    const plain = await composeTemplate("local/local/mock", folder);
    expect(plain.environment).toEqual([{ name: "PAPER_KEY", purpose: "reads and writes the issues" }]);
    expect(plain.next).toEqual(["workflow", "render"]);
    // The agent's part comes last: what it says about the same key counts.
    expect((await load(plain.text)).agent.maxConcurrentAgents).toBe(1);
    expect((await load(plain.text)).tracker.requiredLabels).toEqual(["mine"]);
    const triage = await composeTemplate("local/local/mock.triage", folder);
    expect((await load(triage.text)).tracker.requiredLabels).toEqual(["yours"]);
    expect(triage.environment.map(({ name }) => name)).toEqual(["PAPER_KEY", "OTHER"]);
    expect(triage.text).toContain("# Kept in a drawer.\ntracker:");
  });

  const broken: [name: string, text: string, reason: string][] = [
    ["without a workflow", "---\nabout: a\n---\n", "must have required property 'workflow'"],
    ["with an unknown key", "---\nabout: a\nworkflow: {}\nextra: 1\n---\n", "must NOT have additional properties"],
    ["with a list", "---\nabout: a\nworkflow: []\n---\n", "workflow must be object"],
  ];
  test.each(broken)("%s are refused with their path", async (_, text, reason) => {
    const folder = temporaryFolder();
    const path = put(folder, ".maestro/templates/agent/mock.md", text);
    const failure = await failureOf(composeTemplate("local/local/mock", folder));
    expect(failure).toMatchObject({ code: "template_part_invalid", facts: { path } });
    expect(failure.message).toContain(reason);
  });
});

describe("an alias", () => {
  const unknown: [alias: string, message: string, hint: string][] = [
    ["paper/local/mock", 'no tracker is called "paper"; known: ', "an alias is <tracker>"],
    ["local/no_rep/mock", 'no forge is called "no_rep"; known: ', 'did you mean "local/no_repo/mock"?'],
    ["local/local/mokc", 'no agent is called "mokc"; known: ', 'did you mean "local/local/mock"?'],
    [
      "local/local/mock.triag",
      'no profile is called "triag"; known: coding_pr_delivery, requirement_analysis, requirement_refinement, review_routing, triage',
      'did you mean "local/local/mock.triage"?',
    ],
  ];
  test.each(unknown)("%s is unknown", async (alias, message, hint) => {
    const failure = await failureOf(findTemplate(alias, NOWHERE));
    expect(failure).toMatchObject({ code: "unknown_template", hint: expect.stringContaining(hint) });
    expect(failure.message).toContain(`There is no template "${alias}": ${message}`);
  });

  test("of a packaged file gives the file; every other one is composed", async () => {
    expect(await findTemplate("local/local/mock.md", NOWHERE)).toMatchObject({
      kind: "file",
      path: expect.stringMatching(/templates\/local\/local\/mock\.md$/),
    });
    expect(await findTemplate("memory/memory/mock", NOWHERE)).toMatchObject({ kind: "composed" });
  });

  test.each(["", "a/b", "../local/local", "local/../mock", "a/b/c/d", "parts/agent/mock.", "/a/b"])(
    "%j is none",
    async (alias) => {
      expect((await failureOf(findTemplate(alias, NOWHERE))).code).toBe("unknown_template");
    },
  );
});
