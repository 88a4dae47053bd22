import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { runCommandLine } from "../../../src/cli/index.ts";
import { PROGRAM } from "../../agents/mock/program.ts";
import { ask, seedIssues } from "../../trackers/github/harness.ts";
import { put, temporaryFolder } from "../../workflow/fixture.ts";
import { type GithubStage, githubStage, seedOf, tokenOf } from "../../forges/github/stage.ts";

const R = "/repos/acme/app";
const CREATE = "POST /repos/{owner}/{repo}/pulls";
const MERGE = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge";
const COMMENT = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";

const steps = (text: string, summary: string) => [
  { do: "write", path: "greeting.txt", text },
  { do: "call", tool: "run_handoff", arguments: { summary } },
  { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
];
const RUNS = [steps("Helo.\n", "Added a greeting."), steps("Hello.\n", "Spelt it right.")];

let stage: GithubStage | undefined;
afterEach(async () => {
  await stage?.dispose();
  stage = undefined;
});

/** A project without a checkout: issues, repository and pull requests are all in the fake. */
function project({ fake }: GithubStage) {
  const [cwd, home] = [temporaryFolder(), temporaryFolder()];
  const place = {
    repository: "$SOURCE_REPO_PROVIDER_REPOSITORY",
    api_base_url: fake.url,
    auth: { from: "environment" },
  };
  const front = {
    workflow: { profile: { kind: "coding_pr_delivery", version: 1, options: { landing: { when: "after_approval" } } } },
    tracker: { kind: "github", provider: place },
    repo: {
      remote: "$SOURCE_REPO_URL",
      base_branch: "$SOURCE_REPO_BASE_BRANCH",
      branch: { work_prefix: "$SOURCE_REPO_BRANCH_WORK_PREFIX" },
      provider: { kind: "github", ...place, options: { required_pr_label: "$SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL" } },
    },
    validation: { commands: ["test -f greeting.txt"] },
    agent_provider: {
      kind: "mock",
      options: { command: [process.execPath, ...PROGRAM], scripts: { default: { runs: RUNS } } },
    },
    polling: { interval_ms: 500 },
    workspace: { min_free_bytes: 1 },
  };
  put(cwd, "WORKFLOW.md", `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.identifier }}: {{ issue.title }}.\n`);
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
      cwd,
      environment: {
        ...{ PATH: process.env.PATH, HOME: home, MAESTRO_HOME: home, USER: "ann" },
        ...{ SOURCE_REPO_URL: `${fake.url}/acme/app.git`, SOURCE_REPO_BASE_BRANCH: "main" },
        ...{ SOURCE_REPO_PROVIDER_REPOSITORY: "acme/app", SOURCE_REPO_BRANCH_WORK_PREFIX: "bot" },
        ...{ SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL: "by-maestro", GH_TOKEN: tokenOf("maestro") },
      },
      signal: words.length === 0 ? ending.signal : new AbortController().signal,
    };
    const code = await runCommandLine({ words, terminal, version: "1", loadApp: async () => createApp(terminal) });
    return { code, ...written };
  };
  return { run, home, stop: () => ending.abort("SIGINT") };
}

/** What CI does with each head that it sees: it knows how to spell. */
async function checkSpelling(ground: GithubStage): Promise<void> {
  const { fake } = ground;
  const [pull] = fake.data.pulls;
  if (pull === undefined || fake.data.checkRuns.some(({ sha }) => sha === pull.headSha)) return;
  const text = fake.git("acme", "app").git(["show", `${pull.headSha}:greeting.txt`]);
  const conclusion = text === "Hello." ? "success" : "failure";
  const output = { title: "Spelling", summary: `"${text}"`, text: "error: no such word" };
  await ask(ground, "ci", `POST ${R}/check-runs`, { name: "ci", head_sha: pull.headSha, conclusion, output });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

it("takes an issue to the merge over real Git, through a failed check, while answers get lost", async () => {
  const rules = [{ requiredChecks: ["ci"], approvals: 1 }];
  stage = await githubStage({ seed: seedOf({ private: true, rules, deleteBranchOnMerge: false }) });
  const ground = stage;
  const { data, server } = ground.fake;
  seedIssues(ground, [{ identifier: "ISS-1", title: "Greet", state: "Todo" }]);
  for (const operation of [CREATE, MERGE, COMMENT]) server.faults.add({ kind: "drop_after", operation });
  server.faults.add({ kind: "drop_before", operation: "git-receive-pack" });
  const place = project(ground);
  const running = place.run();
  const isMerged = () => data.pulls[0]?.mergedAt != null;
  let approvedAt = "";
  while (!isMerged() || data.issues[0]?.state === "open") {
    await checkSpelling(ground);
    const [pull] = data.pulls;
    const isGreen = data.checkRuns.some(({ sha, conclusion }) => sha === pull?.headSha && conclusion === "success");
    if (pull !== undefined && isGreen && approvedAt === "") {
      approvedAt = pull.headSha;
      await ask(ground, "alice", `POST ${R}/pulls/2/reviews`, { event: "APPROVE", body: "Good." });
    }
    await ground.clock.sleep(2);
  }
  const branches = () => [...ground.fake.git("acme", "app").refs().keys()];
  while (branches().length > 1) await ground.clock.sleep(2);
  place.stop();
  expect((await running).err).toBe("");
  expect(data.issues[0]).toMatchObject({ state: "closed", labels: ["status:Done"] });
  expect(data.pulls).toHaveLength(1);
  expect(data.pulls[0]).toMatchObject({ headSha: approvedAt, mergedBy: "maestro" });
  expect(data.issues[1]).toMatchObject({ isPull: true, labels: ["by-maestro"], author: "maestro" });
  expect(data.pulls[0]?.head).toMatch(/^bot\//);
  expect(data.checkRuns.map(({ conclusion }) => conclusion)).toEqual(["failure", "success"]);
  expect(ground.fake.git("acme", "app").git(["show", "main:greeting.txt"])).toBe("Hello.");
  expect(server.log.effects(MERGE)).toHaveLength(1);
  const topics = data.comments.map(({ body }) => /<!-- maestro topic=(\S+)/.exec(body)?.[1]);
  expect(new Set(topics).size).toBe(topics.length);
  const kept = filesBelow(place.home).filter((path) => readFileSync(path).includes(tokenOf("maestro")));
  expect(kept).toEqual([]);
}, 180_000);

it("is tried by smoke without a write", async () => {
  stage = await githubStage();
  seedIssues(stage, [{ identifier: "ISS-1", title: "Greet", state: "Todo" }]);
  const { run } = project(stage);
  for (const what of ["tracker", "forge"]) {
    const smoke = await run("smoke", what, "--json");
    expect([smoke.code, smoke.err]).toEqual([0, ""]);
  }
  expect(stage.fake.server.log.effects()).toEqual([]);
}, 60_000);
