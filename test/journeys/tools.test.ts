import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { runCommandLine } from "../../src/cli/index.ts";
import { CATALOGUE } from "../../src/tools/catalogue.ts";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { type GithubStage, githubStage, seedOf, tokenOf } from "../forges/github/stage.ts";
import { ask, seedIssues } from "../trackers/github/harness.ts";
import { type Call, END, FIRST, REPAIR, WORKPAD } from "./tool-calls.ts";

const AGENT = fileURLToPath(new URL("tool-agent.mjs", import.meta.url));
const R = "/repos/acme/app";
const ISSUE = "/repos/{owner}/{repo}/issues";

let stage: GithubStage | undefined;
afterEach(async () => {
  await stage?.dispose();
  stage = undefined;
});

interface Answer {
  readonly run: number;
  readonly tool: string;
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
}

/** A service on a workflow file whose agent makes these calls, run by run. */
async function service(front: object, plan: readonly (readonly Call[])[], environment: Record<string, string> = {}) {
  const place = await newPlace();
  const [planFile, answersFile] = [join(place.root, "plan.json"), join(place.root, "answers.jsonl")];
  const agent = { kind: "mock", options: { command: [process.execPath, AGENT, planFile, answersFile] } };
  // The agent writes what it saw beside the project, where a sandbox would not let it.
  const agent_runtime = { sandbox: "none" };
  const whole = {
    ...front,
    agent_runtime,
    agent_provider: agent,
    polling: { interval_ms: 300 },
    workspace: { min_free_bytes: 1 },
  };
  await writeFiles(place.root, { "plan.json": JSON.stringify(plan), "answers.jsonl": "" });
  await writeFiles(place.cwd, { "WORKFLOW.md": `---\n${JSON.stringify(whole)}\n---\nWork on {{ issue.title }}.\n` });
  const ending = new AbortController();
  const run = async (...words: readonly string[]) => {
    const written = { out: "", err: "" };
    const terminal = {
      out: (text: string) => {
        written.out += text;
      },
      error: (text: string) => {
        written.err += text;
      },
      isTerminal: false,
      cwd: place.cwd,
      environment: { PATH: process.env.PATH, HOME: place.home, MAESTRO_HOME: place.home, USER: "ann", ...environment },
      signal: words.length === 0 ? ending.signal : new AbortController().signal,
    };
    const code = await runCommandLine({ words, terminal, version: "1", loadApp: async () => createApp(terminal) });
    return { code, ...written };
  };
  const lines = (): readonly (Answer & { readonly tools?: readonly string[] })[] =>
    readFileSync(answersFile, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  const answers = (tool: string) => lines().filter((answer) => answer.tool === tool);
  const tools = () => lines().find((line) => line.tools !== undefined)?.tools ?? [];
  return { place, run, answers, tools, lines, stop: () => ending.abort("SIGINT") };
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let round = 0; !holds(); round += 1) {
    if (round > 2_000) throw new Error(`it did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The user's checkout with its first commit. */
async function begin(cwd: string): Promise<void> {
  await writeFiles(cwd, { ".gitignore": ".maestro\n" });
  git(cwd, "init", "--quiet", "--initial-branch=main");
  git(cwd, "add", "--all");
  git(cwd, "commit", "--quiet", "--message", "Begin");
}

const EVERY = CATALOGUE.map(({ name }) => name).filter((name) => !/^run_/.test(name) && name !== "linear_graphql");

it("uses every tool against GitHub: each thing is there once, scoped to its issue, and lands only by the host", async () => {
  const rules = [{ requiredChecks: [], approvals: 1 }];
  stage = await githubStage({ seed: seedOf({ private: true, rules, deleteBranchOnMerge: false }) });
  const { fake } = stage;
  const { data, server } = fake;
  seedIssues(stage, [
    { identifier: "ISS-1", title: "Greet", state: "Todo" },
    { identifier: "ISS-2", title: "Other", state: "Backlog" },
  ]);
  const github = { repository: "acme/app", api_base_url: fake.url, token: "$GITHUB_TOKEN" };
  const options = { landing: { when: "after_approval", label: "ship-it" } };
  const profile = { kind: "coding_pr_delivery", options, tools: [...EVERY.filter((name) => name !== "change_merge")] };
  const ends = ["run_handoff", "run_repair_done", "run_attention", "run_finalize"];
  const ground = await service(
    {
      workflow: { profile: { ...profile, tools: [...ends, ...profile.tools] } },
      tools: { enable: ["change_merge", "linear_graphql"] },
      tracker: { kind: "github", provider: github, lifecycle: { state_phase_map: { Backlog: "backlog" } } },
      repo: { remote: `${fake.url}/acme/app.git`, base_branch: "main", provider: { kind: "github", ...github } },
      validation: { commands: ["test -f greeting.txt"] },
    },
    [FIRST, REPAIR],
    { GITHUB_TOKEN: tokenOf("maestro") },
  );
  const running = ground.run();
  const isReady = () => data.pulls[0]?.draft === false && data.issues[0]?.labels.includes("status:In Review") === true;
  await until(isReady, "the change is up for review");
  const [pull] = data.pulls;
  const number = data.issues.find(({ isPull }) => isPull)?.number;
  const comments = [{ path: "greeting.txt", line: 1, side: "RIGHT", body: "Louder?" }];
  await ask(stage, "alice", `POST ${R}/pulls/${number}/reviews`, {
    ...{ event: "REQUEST_CHANGES", body: "Not loud enough.", comments },
  });
  await until(() => fake.git("acme", "app").git(["show", `${pull?.head}:greeting.txt`]) === "HELLO.", "it is louder");
  await until(() => data.issues[0]?.labels.includes("status:In Review") === true && pull?.draft === false, "again");
  await until(() => ground.answers("run_finalize").length === 2, "the repair is handed off");
  await ask(stage, "alice", `POST ${R}/pulls/${number}/reviews`, { event: "APPROVE", body: "Good." });
  await until(() => pull?.mergedAt != null && data.issues[0]?.state === "closed", "it is merged");
  ground.stop();
  await running;

  const code = (tool: string) => ground.answers(tool).map((answer) => answer.code);
  expect(ground.tools()).toEqual(expect.arrayContaining(EVERY));
  expect(ground.tools()).not.toContain("linear_graphql");
  const failures = ground.lines().filter(({ ok, tool }) => ok === false && tool !== undefined);
  expect(failures.map(({ tool, code: failed }) => `${tool} ${failed}`)).toEqual([
    ...["issue_snapshot invalid_arguments", "issue_update refused", "issue_update refused", "issue_move refused"],
    ...["change_open git_not_pushed", "change_comment forge_not_found", "issue_move refused"],
    ...["linear_graphql unknown_tool", "change_reply refused"],
  ]);
  expect(code("change_merge")).toEqual(["ok"]);
  expect(ground.answers("issue_move").at(-1)?.text).toMatch(/validation_missing|change_is_draft/);
  expect(ground.answers("issue_snapshot")[0]?.text).toContain('"trust"');
  expect(ground.answers("repo_diff")[0]?.text).toContain("+Hello.");
  expect(ground.answers("change_discussion")[0]?.text).toMatch(/"trust": "member"[\s\S]*Not loud enough\./);
  // What is there, by the fake's own word.
  const said = (text: string) => data.comments.filter(({ body }) => body.includes(text));
  for (const once of [WORKPAD, "Found the place.", "https://example.invalid/design", "CI, please."]) {
    expect([once, said(once).length]).toEqual([once, 1]);
  }
  expect(said("Just begun.")).toEqual([]);
  expect(data.reviewComments.filter(({ body }) => body === "Louder now.")).toHaveLength(1);
  expect(data.threads).toMatchObject([{ resolvedBy: "maestro" }]);
  expect(data.issues.filter(({ title }) => title === "Say bye too")).toMatchObject([{ labels: ["status:Backlog"] }]);
  expect(data.pulls).toMatchObject([{ requestedReviewers: expect.anything(), mergedBy: "maestro" }]);
  expect(server.log.effects("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge")).toHaveLength(1);
  expect(data.issues[1]).toMatchObject({ number: 2, title: "Other", labels: ["status:Backlog"], state: "open" });
  const touched = server.log.effects().filter(({ path }) => /\/issues\/2(\/|$)/.test(path));
  expect(touched).toEqual([]);
  const branches = new Set(server.log.effects("git-receive-pack").map(({ path }) => path));
  expect(branches.size).toBeLessThanOrEqual(1);
  expect(server.log.effects(`POST ${ISSUE}`)).toHaveLength(1);
}, 120_000);

it("on a local tracker and forge gives those tools that they can do, and no others", async () => {
  const plan: readonly Call[] = [
    ["issue_snapshot", {}],
    ["issue_workpad", { body: WORKPAD }],
    ["issue_comment", { body: "Found the place." }],
    ["issue_attach", { url: "https://example.invalid/design", title: "Design" }],
    ["write", { path: "greeting.txt", text: "Hello.\n" }],
    ["repo_commit", { message: "Greet" }],
    ["repo_push", {}],
    ["change_open", { title: "Greet", body: "Says hello." }],
    ["change_comment", { body: "CI, please." }],
    ["change_snapshot", {}],
    ["change_merge", { reason: "x" }],
    ...END,
  ];
  const ground = await service(
    { tracker: { kind: "local" }, repo: { path: ".", base_branch: "main", provider: { kind: "local" } } },
    [plan],
  );
  const { cwd } = ground.place;
  await begin(cwd);
  await writeFiles(cwd, { ".maestro/issues/.keep": "" });
  const made = await ground.run("issue", "new", "Greet", "--state", "Todo", "--json");
  const { identifier } = JSON.parse(made.out).issue;
  const running = ground.run();
  await until(() => ground.answers("run_finalize").length === 1, "it is handed off");
  let shown = "";
  for (let round = 0; !shown.includes("In Review") && round < 200; round += 1) {
    shown = (await ground.run("issue", "show", identifier)).out;
  }
  ground.stop();
  await running;
  const listed = JSON.parse((await ground.run("change", "list", "--json")).out);
  expect(listed.changes).toMatchObject([{ state: "open" }]);
  expect(ground.tools()).toEqual(expect.arrayContaining(["issue_workpad", "issue_attach", "repo_push", "change_open"]));
  const kept = readFileSync(join(cwd, `.maestro/issues/${identifier}.md`), "utf8");
  expect(kept.split("url: https://example.invalid/design")).toHaveLength(2);
  // A local forge has no threads; nobody named change_merge.
  for (const absent of ["change_reply", "change_request_review", "change_merge", "linear_graphql"]) {
    expect(ground.tools()).not.toContain(absent);
  }
  const failures = ground.lines().filter(({ ok, tool }) => ok === false && tool !== undefined);
  expect(failures.map(({ tool, code }) => `${tool} ${code}`)).toEqual(["change_merge unknown_tool"]);
  expect(shown.split(WORKPAD)).toHaveLength(2);
  expect(shown.split("Found the place.")).toHaveLength(2);
}, 60_000);

const GATED = ["run_handoff", "run_attention", "run_finalize"].concat([
  ...["issue_snapshot", "issue_move", "repo_commit", "repo_push", "change_open"],
]);

it("keeps the gate shut for an agent that moves its issue to review and asks for the merge by its tools", async () => {
  const early: readonly Call[] = [
    ["issue_move", { state: "In Review" }],
    ["change_merge", { reason: "Now." }],
  ];
  const plan: readonly Call[] = [
    ...early,
    ["write", { path: "greeting.txt", text: "Hello.\n" }],
    ["repo_commit", { message: "Greet" }],
    ["repo_push", {}],
    ["change_open", { title: "Greet", body: "Says hello." }],
    ...early,
    ["issue_snapshot", {}],
    ...END,
  ];
  const ground = await service(
    {
      workflow: { profile: { kind: "coding_pr_delivery", version: 1, tools: GATED } },
      tracker: { kind: "local" },
      repo: { path: ".", base_branch: "main", provider: { kind: "local" } },
      validation: { commands: ["false"] },
      tools: { enable: ["change_merge"] },
    },
    [plan],
  );
  const { cwd } = ground.place;
  await begin(cwd);
  const begun = git(cwd, "rev-parse", "main");
  await writeFiles(cwd, { ".maestro/issues/.keep": "" });
  expect((await ground.run("issue", "new", "Greet", "--state", "Todo")).code).toBe(0);
  const running = ground.run();
  await until(() => ground.answers("run_finalize").length === 1, "it is handed off");
  ground.stop();
  await running;
  const [first, second] = ground.answers("issue_move");
  for (const answer of [first, second]) expect(answer).toMatchObject({ code: "refused", ok: false });
  expect(second?.text).toMatch(/validation/);
  const [none, asked] = ground.answers("change_merge");
  expect(none).toMatchObject({ code: "refused", text: expect.stringContaining("no change") });
  expect(asked?.text).toContain("gate_shut: ");
  expect(ground.answers("issue_snapshot")[0]?.text).toContain('"In Progress"');
  expect(JSON.parse((await ground.run("change", "list", "--json")).out).changes).toMatchObject([{ state: "open" }]);
  expect(git(cwd, "rev-parse", "main")).toBe(begun);
}, 60_000);
