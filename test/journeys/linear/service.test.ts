import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { runCommandLine } from "../../../src/cli/index.ts";
import { PROGRAM } from "../../agents/mock/program.ts";
import { put, temporaryFolder } from "../../workflow/fixture.ts";
import { KEY } from "../../trackers/linear/harness.ts";
import { type Stage, stage } from "../../trackers/linear/stage.ts";

const STEPS = [
  { do: "write", path: "greeting.txt", text: "Hello.\n" },
  { do: "call", tool: "run_handoff", arguments: { summary: "Added a greeting." } },
  { do: "call", tool: "run_finalize", arguments: { path: "hand_off" } },
];

/** The front matter of its workflow file. */
function frontOf(ground: Stage) {
  return {
    workflow: {
      profile: {
        kind: "coding_pr_delivery",
        version: 1,
        options: { landing: { when: "when_green", validation_alone: true } },
      },
    },
    tracker: {
      kind: "linear",
      provider: { endpoint: `${ground.fake.url}/graphql`, project_slug: "$LINEAR_PROJECT_SLUG" },
      lifecycle: { raw_state_by_route_key: { merging: "Doing", rework: "Blocked" } },
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

/** A project with a repository, whose issues are in the fake: its file is written as people write it. */
function project(ground: Stage) {
  const [cwd, home] = [temporaryFolder(), temporaryFolder()];
  const front = frontOf(ground);
  put(cwd, "WORKFLOW.md", `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.identifier }}: {{ issue.title }}.\n`);
  const git = (...args: string[]) => execFileSync("git", ["-C", cwd, ...args], { encoding: "utf8" }).trim();
  git("init", "-q", "-b", "main");
  git("-c", "user.name=ann", "-c", "user.email=ann@example.com", "commit", "-q", "--allow-empty", "-m", "Begin");
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
        ...{ LINEAR_API_KEY: KEY, LINEAR_PROJECT_SLUG: "0123456789ab" },
      },
      signal: words.length === 0 ? ending.signal : new AbortController().signal,
    };
    const code = await runCommandLine({ words, terminal, version: "1", loadApp: async () => createApp(terminal) });
    return { code, ...written };
  };
  return { run, stop: () => ending.abort("SIGINT"), pause: () => ground.place.context.clock.sleep(5) };
}

it("takes an issue from Todo to Done, also while answers get lost, and writes each thing once", async () => {
  const ground = await stage([{ identifier: "ISS-1", title: "Greet", state: "Todo" }]);
  const { faults, log } = ground.fake.server;
  faults.add({ kind: "drop_after", operation: "mutation issueUpdate", times: 1 });
  faults.add({ kind: "drop_after", operation: "mutation commentCreate", times: 1 });
  const place = project(ground);
  const running = place.run();
  while (ground.fake.data.comments.length === 0) await place.pause();
  // The issue is under way: what is asked about it now is refused for a while, and then shown as it was before.
  faults.add({ kind: "status", status: 502, operation: "query issues", times: 2 });
  faults.add({ kind: "stale", ms: 2_000, operation: "query issues", times: 2 });
  faults.add({ kind: "drop_before", operation: "mutation issueUpdate" });
  const state = () => ground.fake.data.states.find(({ id }) => id === ground.fake.data.issues[0]?.stateId)?.name;
  while (state() !== "Done") await place.pause();
  const polls = log.calls.length;
  while (log.calls.length < polls + 4) await place.pause();
  place.stop();
  expect((await running).err).toBe("");
  const { data } = ground.fake;
  const moves = log.effects("mutation issueUpdate").map(({ variables }) => {
    const input: unknown = variables.input;
    const stateId = typeof input === "object" && input !== null && "stateId" in input ? input.stateId : undefined;
    return data.states.find(({ id }) => id === stateId)?.name;
  });
  expect(moves[0]).toBe("In Progress");
  expect(moves.at(-1)).toBe("Done");
  expect(new Set(moves).size).toBe(moves.length);
  const topics = data.comments.map(({ body }) => /topic=(\S+)/.exec(body)?.[1]);
  expect(new Set(topics).size).toBe(topics.length);
  expect(topics.length).toBeGreaterThan(0);
  const changes = await place.run("change", "list", "--all", "--json");
  expect(JSON.parse(changes.out)).toMatchObject({ changes: [{ state: "merged" }] });
}, 60_000);

it("is tried by smoke and listed, and a key that is refused is told as that", async () => {
  const ground = await stage([{ identifier: "ISS-1", title: "Greet", state: "Todo" }]);
  const { run } = project(ground);
  const smoke = await run("smoke", "tracker", "--json");
  expect(smoke.code).toBe(0);
  expect(smoke.out).not.toContain(KEY);
  const shown = await run("issue", "list", "--json");
  expect(JSON.parse(shown.out)).toMatchObject({ issues: [{ identifier: "ISS-1", state: "Todo" }] });
  ground.fake.data.keys.splice(0);
  const refused = await run("smoke", "tracker", "--json");
  expect(refused.code).not.toBe(0);
  expect(refused.out + refused.err).toContain("tracker_auth");
});
