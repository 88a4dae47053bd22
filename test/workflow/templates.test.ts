import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { splitFrontMatter } from "../../src/base/front-matter.ts";
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../src/base/json.ts";
import {
  listTemplates,
  loadWorkflow,
  packagedFolder,
  renderPrompt,
  resolveTemplate,
} from "../../src/workflow/index.ts";
import { anIssue, failureOf, packagedKinds, temporaryFolder } from "./fixture.ts";

const DEMO = join(packagedFolder("templates"), "demo");

async function load(alias: string) {
  const path = alias === "" ? join(packagedFolder("templates"), "../WORKFLOW.md") : await resolveTemplate(alias);
  return loadWorkflow({
    path,
    directory: temporaryFolder(),
    kinds: packagedKinds(),
    environment: {},
    home: "/home/of",
  });
}

describe("templates", () => {
  test("are listed by alias, without the demo's files", async () => {
    expect(await listTemplates()).toEqual(["local/local/mock", "memory/no_repo/mock"]);
  });

  const found = ["memory/no_repo/mock", "memory/no_repo/mock.md", " memory/no_repo/mock "];
  test.each(found)("%j is found", async (alias) => {
    expect(await resolveTemplate(alias)).toBe(join(packagedFolder("templates"), "memory/no_repo/mock.md"));
  });

  const unknown = [
    "",
    "memory",
    "/memory/no_repo/mock",
    "memory/../memory/no_repo/mock",
    "demo/issues/SHOP-1",
    "a\\b\\c",
    ".",
  ];
  test.each(unknown)("%j is not", async (alias) => {
    const failure = await failureOf(resolveTemplate(alias));
    expect(failure.code).toBe("unknown_template");
    expect(failure.facts).toEqual({ alias, known: await listTemplates() });
  });

  test("a slip is guessed", async () => {
    expect((await failureOf(resolveTemplate("memory/norepo/mock"))).hint).toBe('did you mean "memory/no_repo/mock"?');
  });

  test.each(["local/local/mock", "memory/no_repo/mock", ""])("%j loads and its prompt renders", async (alias) => {
    const workflow = await load(alias);
    for (const { name } of workflow.tracker.states) {
      for (const attempt of [null, 1]) {
        const prompt = renderPrompt(workflow, {
          issue: anIssue({
            state: name,
            ...(attempt === null ? { description: null, labels: [], blockedBy: [] } : {}),
          }),
          attempt,
          retryKind: attempt === null ? null : "failure",
          feedback: null,
          lane: { branch: null },
          tools: [],
          run: { number: 1, purpose: "first" },
        });
        expect(prompt).toContain("APP-7");
        expect(prompt).toContain("Make it so");
      }
    }
  });

  test("the memory template has the one issue, no repository and leads to routed", async () => {
    const workflow = await load("memory/no_repo/mock");
    expect(workflow).toMatchObject({
      repo: null,
      profile: { kind: "triage", completion: { deliversChange: false } },
      tracker: { options: { issues: [{ id: "local-memory-1", identifier: "MEM-1", state: "classifying" }] } },
      agentProvider: { options: { complete_issue_state: "routed" } },
    });
    expect(workflow.profile.completion.routes).toContain("routed");
  });
});

interface Demo {
  readonly name: string;
  readonly labels: readonly JsonValue[];
  readonly runs: readonly (readonly JsonObject[])[];
}

async function demoIssues(): Promise<Demo[]> {
  const { agentProvider } = await load("local/local/mock");
  const { scripts } = agentProvider.options;
  return readdirSync(join(DEMO, "issues")).map((file) => {
    const { data } = splitFrontMatter(readFileSync(join(DEMO, "issues", file), "utf8"));
    const name = basename(file, ".md");
    const script = isJsonObject(scripts) ? scripts[name] : undefined;
    const runs = isJsonObject(script) && isJsonArray(script.runs) ? script.runs : [];
    const steps = runs.map((run) => (isJsonArray(run) ? run.filter(isJsonObject) : []));
    const labels = isJsonObject(data) && isJsonArray(data.labels) ? data.labels : [];
    return { name, labels, runs: steps };
  });
}

function play(folder: string, steps: readonly JsonObject[]): void {
  for (const step of steps) if (step.do === "write") writeFileSync(join(folder, String(step.path)), String(step.text));
}

function check(folder: string): boolean {
  // The runner of these tests is Node's as well; a nested one must not report to it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, ["--test"], { cwd: folder, env }).status === 0;
}

function sampleCode(): string {
  const folder = temporaryFolder();
  cpSync(join(DEMO, "sample-code"), folder, { recursive: true });
  return folder;
}

describe("the demo", () => {
  test("has three issues with a script each; two land by themselves", async () => {
    const issues = await demoIssues();
    expect(issues.map(({ name, runs }) => [name, runs.length > 0])).toEqual([
      ["SHOP-1", true],
      ["SHOP-2", true],
      ["SHOP-3", true],
    ]);
    const { profile } = await load("local/local/mock");
    const label = profile.completion.autoLandLabel;
    expect(label).toBeDefined();
    expect(issues.map(({ labels }) => labels.includes(label ?? ""))).toEqual([true, true, false]);
    expect(profile.completion.landing).toBe("after_approval");
  });

  test("every run of every script leaves the tests green, after any of the others", async () => {
    const folder = sampleCode();
    expect(check(folder)).toBe(true);
    for (const { runs } of await demoIssues()) {
      for (const steps of runs) {
        play(folder, steps);
        expect(check(folder)).toBe(true);
      }
    }
  });

  test("the bug's test is red before its fix", async () => {
    const folder = sampleCode();
    const [bug] = await demoIssues();
    const [steps = []] = bug?.runs ?? [];
    play(
      folder,
      steps.filter(({ path }) => String(path).startsWith("test/")),
    );
    expect(check(folder)).toBe(false);
  });

  test("every run ends with both signals", async () => {
    for (const { runs } of await demoIssues()) {
      for (const steps of runs)
        expect(steps.slice(-2).map(({ tool }) => tool)).toEqual(["run_handoff", "run_finalize"]);
    }
  });
});
