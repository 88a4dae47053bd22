import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createApp } from "../../src/app.ts";
import { runCommandLine } from "../../src/cli/index.ts";
import { PROGRAM } from "../agents/mock/program.ts";
import { ask, type CnbStage, cnbStage, REPO, seedOf, tokenOf } from "../forges/cnb/stage.ts";
import { put, temporaryFolder } from "../workflow/fixture.ts";

const CREATE = "POST /{repo}/-/pulls";
const MERGE = "PUT /{repo}/-/pulls/{number}/merge";
const COMMENT = "POST /{repo}/-/pulls/{number}/comments";

const steps = (text: string, summary: string) => [
  { do: "write", path: "greeting.txt", text },
  { do: "call", tool: "run_handoff", arguments: { summary } },
  { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
];
const RUNS = [steps("Helo.\n", "Added a greeting."), steps("Hello.\n", "Spelt it right.")];

/** What a journey to CNB differs in. */
export interface CnbJourney {
  /** The `tracker` part of the workflow file. */
  readonly tracker: object;
  /** Set beside what CNB needs. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A project without a checkout on a private repository whose base asks for a status and an approval. */
export interface CnbGround {
  readonly stage: CnbStage;
  /** Starts the service, and ends it. */
  start(): { stop(): Promise<string> };
  run(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
  dispose(): Promise<void>;
}

export async function cnbGround({ tracker, environment = {} }: CnbJourney): Promise<CnbGround> {
  const stage = await cnbStage({
    seed: seedOf({ private: true, protections: [{ approvals: 1, statusChecks: true }] }),
  });
  const [cwd, home] = [temporaryFolder(), temporaryFolder()];
  put(cwd, "WORKFLOW.md", `---\n${JSON.stringify(frontOf(stage, tracker))}\n---\nWork on {{ issue.identifier }}.\n`);
  const run = async (signal: AbortSignal, words: readonly string[]) => {
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
        ...{ SOURCE_REPO_URL: `${stage.fake.url}/${REPO}.git`, SOURCE_REPO_BASE_BRANCH: "main" },
        ...{ SOURCE_REPO_PROVIDER_REPOSITORY: REPO, SOURCE_REPO_BRANCH_WORK_PREFIX: "bot" },
        ...{ SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL: "by-maestro", CNB_TOKEN: tokenOf("maestro") },
        ...environment,
      },
      signal,
    };
    const code = await runCommandLine({ words, terminal, version: "1", loadApp: async () => createApp(terminal) });
    return { code, ...written };
  };
  return {
    stage,
    run: (...words) => run(new AbortController().signal, words),
    start: () => {
      const ending = new AbortController();
      const running = run(ending.signal, []);
      return {
        stop: async () => {
          ending.abort("SIGINT");
          return (await running).err;
        },
      };
    },
    dispose: async () => {
      await stage.dispose();
      expect(filesWith(home, tokenOf("maestro"))).toEqual([]);
    },
  };
}

function frontOf({ fake }: CnbStage, tracker: object): object {
  return {
    workflow: { profile: { kind: "coding_pr_delivery", version: 1, options: { landing: { when: "after_approval" } } } },
    tracker,
    repo: {
      remote: "$SOURCE_REPO_URL",
      base_branch: "$SOURCE_REPO_BASE_BRANCH",
      branch: { work_prefix: "$SOURCE_REPO_BRANCH_WORK_PREFIX" },
      provider: {
        kind: "cnb",
        repository: "$SOURCE_REPO_PROVIDER_REPOSITORY",
        api_base_url: fake.url,
        auth: { from: "environment" },
        options: { required_pr_label: "$SOURCE_REPO_PROVIDER_REQUIRED_PR_LABEL" },
      },
    },
    validation: { commands: ["test -f greeting.txt"] },
    agent_provider: {
      kind: "mock",
      options: { command: [process.execPath, ...PROGRAM], scripts: { default: { runs: RUNS } } },
    },
    polling: { interval_ms: 500 },
    workspace: { min_free_bytes: 1 },
  };
}

/** Answers get lost on the way, and a push does not arrive. */
export function loseAnswers({ fake }: CnbStage): void {
  for (const operation of [CREATE, MERGE, COMMENT]) fake.server.faults.add({ kind: "drop_after", operation });
  fake.server.faults.add({ kind: "drop_before", operation: "git-receive-pack" });
}

/**
 * Does what CI and a reviewer do until the issue is done and the branch is gone: CI knows how to spell and looks at each head once; alice
 * approves the first head that is green.
 */
export async function playReview({ stage }: CnbGround, isDone: () => boolean): Promise<void> {
  const { fake, clock } = stage;
  const git = fake.git(REPO);
  let approvedAt = "";
  while (fake.data.pulls[0]?.state !== "merged" || !isDone() || git.refs().size > 1) {
    const [pull] = fake.data.pulls;
    if (pull?.state === "open") {
      const own = fake.data.statuses.filter(({ sha }) => sha === pull.headSha);
      if (own.length === 0) judge(stage, pull.headSha);
      else if (own.every(({ state }) => state === "success") && approvedAt === "") {
        approvedAt = pull.headSha;
        await ask(stage, "alice", "POST /pulls/1/reviews", { event: "approve", body: "Good." });
      }
    }
    await clock.sleep(2);
  }
  expect(fake.data.pulls).toMatchObject([{ headSha: approvedAt, mergedBy: "maestro", author: "maestro" }]);
}

function judge({ fake }: CnbStage, sha: string): void {
  const text = fake.git(REPO).git(["show", `${sha}:greeting.txt`]);
  const state = text === "Hello." ? "success" : "failure";
  fake.report(REPO, sha, { context: "ci/spelling", state, description: "Spelling", log: ["error: no such word"] });
}

/** What there is once after the way from the issue to the merge: one change, one branch, one merge, nothing said twice. */
export function expectOnce({ fake }: CnbStage): void {
  const { data, server } = fake;
  expect(data.pulls).toHaveLength(1);
  expect(data.pulls[0]?.head).toMatch(/^bot\//);
  expect(data.pulls[0]?.labels).toEqual(["by-maestro"]);
  expect(data.statuses.map(({ state }) => state)).toEqual(["failure", "success"]);
  expect(fake.git(REPO).git(["show", "main:greeting.txt"])).toBe("Hello.");
  expect(server.log.effects(MERGE)).toHaveLength(1);
  const said = data.comments.map(({ body }) => body);
  expect(new Set(said).size).toBe(said.length);
}

function filesWith(folder: string, secret: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path).includes(secret));
}
