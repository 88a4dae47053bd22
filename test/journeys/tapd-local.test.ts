import { execFileSync } from "node:child_process";
import { afterEach, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { runCommandLine } from "../../src/cli/index.ts";
import { PROGRAM } from "../agents/mock/program.ts";
import { calmly, longStage, PASSWORD, WORKSPACE } from "../trackers/tapd/stage.ts";
import { put, temporaryFolder } from "../workflow/fixture.ts";

const STEPS = [
  { do: "write", path: "greeting.txt", text: "Hello.\n" },
  { do: "call", tool: "run_handoff", arguments: { summary: "Added a greeting." } },
  { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
];
const LIFECYCLE = {
  raw_state_by_route_key: {
    ...{ planning: "status_4", developing: "developing", review: "status_5", merging: "merging", rework: "rework" },
    ...{ resolved: "resolved", rejected: "rejected" },
  },
};
const ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

/** The workflow file as people write it. */
function frontOf(endpoint: string, lifecycle: object): object {
  return {
    workflow: { profile: { kind: "coding_pr_delivery", version: 1 } },
    tracker: {
      kind: "tapd",
      provider: { endpoint, workspace_id: "$TAPD_WORKSPACE_ID", requests_per_minute: 6000 },
      lifecycle,
    },
    repo: { path: ".", base_branch: "main", provider: { kind: "local" } },
    validation: { commands: ["test -f greeting.txt"] },
    agent_provider: {
      kind: "mock",
      options: { command: [process.execPath, ...PROGRAM], scripts: { default: { runs: [STEPS] } } },
    },
    polling: { interval_ms: 500 },
    workspace: { min_free_bytes: 1 },
  };
}

/** TAPD as its own seed has it, with one story, and a project with a repository. */
async function project(lifecycle: object = LIFECYCLE) {
  const seed = { accounts: [{ user: "maestro", password: PASSWORD }], workspaces: [{ id: WORKSPACE }] };
  const ground = await longStage([], { seed });
  ending.push(ground.end);
  const draft = {
    title: "Greet",
    description: "Say **hello**.",
    state: "status_4",
    labels: [],
    priority: 1,
    blockedBy: [],
  };
  const { id, identifier } = await ground.open().create(draft, calmly);
  const [cwd, home] = [temporaryFolder(), temporaryFolder()];
  const front = frontOf(ground.fake.url, lifecycle);
  put(cwd, "WORKFLOW.md", `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.identifier }}: {{ issue.title }}.\n`);
  const git = (...args: string[]) => execFileSync("git", ["-C", cwd, ...args], { encoding: "utf8" }).trim();
  git("init", "-q", "-b", "main");
  git("-c", "user.name=ann", "-c", "user.email=ann@example.com", "commit", "-q", "--allow-empty", "-m", "Begin");
  const stop = new AbortController();
  const run = async (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
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
        ...{ TAPD_API_USER: "maestro", TAPD_API_PASSWORD: PASSWORD, TAPD_WORKSPACE_ID: WORKSPACE, ...environment },
      },
      signal: words.length === 0 ? stop.signal : new AbortController().signal,
    };
    const code = await runCommandLine({ words, terminal, version: "1", loadApp: async () => createApp(terminal) });
    return { code, ...written };
  };
  return { ...ground, id, identifier, run, stop: () => stop.abort("SIGINT") };
}

/** Waits without a clock of its own. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

it("takes a story of TAPD from planned to resolved, also while answers get lost, and writes each thing once", async () => {
  const { fake, id, run, stop } = await project();
  const { faults, log } = fake.server;
  faults.add({ kind: "drop_after", operation: "POST /stories" }, { kind: "drop_after", operation: "POST /comments" });
  faults.add({ kind: "status", status: 502, operation: "GET /comments" });
  const running = run([]);
  const state = () => fake.data.items.find((item) => item.id === id)?.status;
  while (state() === "status_4") await pause();
  const busy = { status: 500, data: "", info: "busy" };
  faults.add({ kind: "status", status: 200, body: busy, operation: "GET /stories", times: 2 });
  faults.add({ kind: "stale", ms: 2_000, operation: "GET /stories", times: 2 });
  faults.add({ kind: "drop_before", operation: "POST /stories" });
  while (state() !== "status_5") await pause();
  const approval = await run(["change", "review", "1", "--approve"]);
  expect([approval.code, approval.err]).toEqual([0, ""]);
  while (state() !== "resolved") await pause();
  const polls = log.calls.length;
  while (log.calls.length < polls + 4) await pause();
  stop();
  expect((await running).err).toBe("");
  const moves = log
    .effects("POST /stories")
    .flatMap(({ variables }) => (variables.status === undefined ? [] : [variables.status]));
  expect(moves[0]).toBe("developing");
  expect(moves.at(-1)).toBe("resolved");
  expect(new Set(moves).size).toBe(moves.length);
  const topics = fake.data.comments.map(({ description }) => /maestro (topic=\S+|claim)/.exec(description)?.[1]);
  expect(new Set(topics).size).toBe(topics.length);
  expect(topics.length).toBeGreaterThan(0);
  const changes = await run(["change", "list", "--all", "--json"]);
  expect(JSON.parse(changes.out)).toMatchObject({ changes: [{ state: "merged" }] });
}, 60_000);

it("tells who looks at it what is set up wrongly", async () => {
  const { run, identifier } = await project();
  expect((await run(["issue", "list"])).out).toContain(identifier);
  for (const command of [["doctor"], ["issue", "list"], ["smoke", "tracker"]]) {
    const password = await run(command, { TAPD_API_PASSWORD: "wrong-password" });
    expect(password.code).not.toBe(0);
    expect(password.out + password.err).toMatch(/does not accept[\s\S]*TAPD_API_PASSWORD/);
    expect(password.out + password.err).not.toContain("wrong-password");
    const workspace = await run(command, { TAPD_WORKSPACE_ID: "77" });
    expect(workspace.out + workspace.err).toMatch(/no workspace 77[\s\S]*tapd\.cn\//);
  }
});

it("tells which state TAPD does not have", async () => {
  const { raw_state_by_route_key: states } = LIFECYCLE;
  const { run } = await project({ raw_state_by_route_key: { ...states, developing: "实现中" } });
  for (const command of [["doctor"], ["issue", "list"]]) {
    const { code, out, err } = await run(command);
    expect(code).not.toBe(0);
    expect(out + err).toMatch(/tracker\.lifecycle: TAPD has no status "实现中"[\s\S]*Did you mean "developing"/);
  }
});
