import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AGENTS, allAliases, FORGES, TEMPLATES, templateReference, TRACKERS } from "../../dev/template-reference.ts";
import type { Workflow } from "../../src/model/workflow.ts";
import { composeTemplate, loadWorkflow } from "../../src/workflow/index.ts";
import { findTemplate } from "../../src/workflow/templates.ts";
import { packagedKinds, put, temporaryFolder } from "./fixture.ts";

const NOWHERE = "/nowhere";
const OF_TRACKER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linear: { LINEAR_API_KEY: "key-of-linear", LINEAR_PROJECT_SLUG: "runner-1" },
  tapd: { TAPD_API_USER: "maestro", TAPD_API_PASSWORD: "password-of-tapd", TAPD_WORKSPACE_ID: "20003271" },
};
const REPOSITORY = {
  SOURCE_REPO_URL: "https://forge.example/acme/app.git",
  SOURCE_REPO_BASE_BRANCH: "trunk",
  SOURCE_REPO_PROVIDER_REPOSITORY: "acme/app",
};
const OPTIONAL = {
  SOURCE_REPO_BRANCH_WORK_PREFIX: "bot",
  SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL: "by-maestro",
  SYMPHONY_WORKSPACE_ROOT: "/srv/workspaces",
};

const folder = temporaryFolder();

async function load(alias: string, environment: Readonly<Record<string, string>>): Promise<Workflow> {
  const found = await findTemplate(alias, NOWHERE);
  const path = found.kind === "file" ? found.path : put(folder, "WORKFLOW.md", found.template.text);
  return loadWorkflow({ path, directory: folder, kinds: packagedKinds(), environment, home: "/home/of" });
}

function environmentOf(alias: string): Record<string, string> {
  const [tracker = "", forge = ""] = alias.split("/");
  const isRemote = forge === "github" || forge === "cnb";
  return { ...OF_TRACKER[tracker], ...(isRemote ? REPOSITORY : {}), ...repositoryOf(tracker) };
}

/** The tracker of GitHub is told its repository by the same variable as its forge. */
function repositoryOf(tracker: string): Readonly<Record<string, string>> {
  return tracker === "github" ? { SOURCE_REPO_PROVIDER_REPOSITORY: "acme/app" } : {};
}

test.each(TRACKERS)(
  "every combination with the tracker %s resolves by its alias and loads, given its variables",
  async (tracker) => {
    const aliases = allAliases().filter((alias) => alias.startsWith(`${tracker}/`));
    expect(aliases).toHaveLength(FORGES.length * AGENTS.length);
    for (const alias of aliases) {
      const [, forge, agent] = alias.split("/");
      const { repo, agentProvider, tracker: read } = await load(alias, environmentOf(alias));
      expect([alias, read.kind, agentProvider.kind]).toEqual([alias, tracker, agent]);
      expect([alias, repo?.provider.kind ?? "no_repo"]).toEqual([alias, forge]);
    }
  },
  60_000,
);

test("the variables have their effect", async () => {
  const linear = await load("linear/github/codex", { ...environmentOf("linear/github/codex"), ...OPTIONAL });
  expect(linear.tracker.options).toMatchObject({ api_key: "key-of-linear", project_slug: "runner-1" });
  expect(linear.workspace.root).toBe("/srv/workspaces");
  expect(linear.repo).toMatchObject({
    ...{ remote: "https://forge.example/acme/app.git", baseBranch: "trunk", branchPrefix: "bot/" },
    provider: { options: { repository: "acme/app", options: { required_pr_label: "by-maestro" } } },
  });
  const tapd = await load("tapd/cnb/mock", { ...environmentOf("tapd/cnb/mock"), ...OPTIONAL });
  expect(tapd.tracker.options).toMatchObject({ api_user: "maestro", api_password: "password-of-tapd" });
  expect(tapd.repo).toMatchObject({
    ...{ remote: "https://forge.example/acme/app.git", baseBranch: "trunk", branchPrefix: "bot/" },
    provider: { options: { repository: "acme/app", options: { required_pr_label: "by-maestro" } } },
  });
  for (const alias of ["memory/no_repo/mock", "local/local/mock", "local/memory/acp"]) {
    expect((await load(alias, OPTIONAL)).workspace.root).toBe("/srv/workspaces");
  }
});

test("optional ones may be unset or empty, all others are named when they are", async () => {
  const alias = "linear/cnb/codex";
  const empty = Object.fromEntries(Object.keys(OPTIONAL).map((name) => [name, ""]));
  const workflow = await load(alias, { ...environmentOf(alias), ...empty });
  expect(workflow.workspace.root).toMatch(/^\/home\/of\/.*\/workspaces$/);
  expect(workflow.repo?.provider.options).not.toHaveProperty("options.required_pr_label");
  for (const name of Object.keys(environmentOf(alias))) {
    const { [name]: _, ...rest } = environmentOf(alias);
    await expect(load(alias, rest)).rejects.toThrow(name);
  }
});

test("all of them stand in the reference (npm run reference)", async () => {
  const page = await templateReference();
  for (const alias of allAliases()) expect(page).toContain(`\`${alias}\``);
  expect(readFileSync(join(import.meta.dirname, "../..", TEMPLATES), "utf8")).toBe(page);
});

test("nothing refers to a variable that its parts do not tell", async () => {
  for (const tracker of TRACKERS) {
    for (const forge of FORGES) {
      const { text, environment, optional } = await composeTemplate(`${tracker}/${forge}/codex`, NOWHERE);
      const used = [...(text.split("\n---\n")[0]?.matchAll(/\$(\w+)/g) ?? [])].map(([, name]) => name);
      const told = [...environment, ...optional].map(({ name }) => name);
      expect(used.filter((name) => !told.includes(name ?? ""))).toEqual([]);
    }
  }
});
