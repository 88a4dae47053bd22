import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { type FakeGithub, startFakeGithub } from "../../../dev/fakes/github/index.ts";
import { startFakeLinear } from "../../../dev/fakes/linear/index.ts";
import { startFakeModel } from "../../../dev/fakes/models/fake-model.ts";
import type { ModelScript } from "../../../dev/fakes/models/script.ts";
import { newPlace, processesOf, writeFiles } from "../../e2e/ground.ts";
import { type Program, startMaestro } from "../../e2e/program.ts";
import { realAgent } from "../bench.ts";

const CODEX = realAgent("codex");
const KEY = "lin_api_0123456789abcdef";
const SLUG = "0123456789ab";
const R = "/repos/acme/app";
const TOKENS = { maestro: "ghp_maestro", alice: "ghp_alice", ci: "ghs_ci" } as const;
const STATES = [
  ["Todo", "unstarted"],
  ...["In Progress", "In Review", "Merging", "Rework"].map((name) => [name, "started"]),
  ["Done", "completed"],
  ["Canceled", "canceled"],
].map(([name = "", type = ""]) => ({ name, type }));

/** It misspells its greeting until it is told what CI said of it. */
const working: ModelScript = ({ said, outcomes }) => {
  const isRepair = said.includes("no such word");
  const text = isRepair ? "Hello." : "Helo.";
  const tool = isRepair ? "run_repair_done" : "run_handoff";
  const path = isRepair ? "repair_done" : "hand_off";
  const steps = [
    [{ tool: "exec_command", args: { cmd: `echo ${text} > greeting.txt` } }],
    [{ tool, namespace: "mcp__maestro", args: { summary: `Wrote "${text}"` } }],
    [{ tool: "run_finalize", namespace: "mcp__maestro", args: { path } }],
  ];
  return steps[outcomes.length] ?? [{ text: "That is done." }];
};

/** One tracker with the one issue in it. */
interface Board {
  readonly front: object;
  readonly environment: Readonly<Record<string, string>>;
  state(): string;
  /** What Maestro said on the issue, by topic. */
  topics(): string[];
}

async function openGithub(): Promise<FakeGithub> {
  const users = Object.entries(TOKENS).map(([login, token]) =>
    login === "ci" ? { login: "ci[bot]", token, appId: 15_368 } : { login, token },
  );
  const github = await startFakeGithub({
    seed: {
      users: [{ login: "acme", type: "Organization" }, ...users],
      repos: [
        {
          ...{ owner: "acme", name: "app", private: true, files: { "README.md": "# app\n" } },
          collaborators: { maestro: "write", alice: "write" },
          rules: [{ requiredChecks: ["ci"], approvals: 1 }],
        },
      ],
    },
  });
  onTestFinished(() => github.close());
  return github;
}

async function onLinear(): Promise<Board> {
  const linear = await startFakeLinear({
    seed: {
      users: [{ name: "maestro", key: KEY }],
      teams: [{ key: "ENG", states: STATES, projects: [{ name: "Runner", slugId: SLUG }] }],
      issues: [{ team: "ENG", project: "Runner", title: "Greet people", state: "Todo" }],
    },
  });
  onTestFinished(() => linear.close());
  const { data } = linear;
  const provider = { endpoint: `${linear.url}/graphql`, project_slug: SLUG, api_key: "$LINEAR_API_KEY" };
  return {
    front: { kind: "linear", provider },
    environment: { LINEAR_API_KEY: KEY },
    state: () => data.states.find(({ id }) => id === data.issues[0]?.stateId)?.name ?? "",
    topics: () => topicsOf(data.comments),
  };
}

async function onGithub(github: FakeGithub): Promise<Board> {
  await ask(github, "alice", `POST ${R}/issues`, { title: "Greet people", labels: ["status:Todo"] });
  const provider = { repository: "acme/app", api_base_url: github.url, auth: { from: "environment" } };
  return {
    front: { kind: "github", provider },
    environment: {},
    state: () => github.data.issues[0]?.labels.find((label) => label.startsWith("status:"))?.slice(7) ?? "",
    topics: () => topicsOf(github.data.comments),
  };
}

function topicsOf(comments: readonly { readonly body: string }[]): string[] {
  return comments.flatMap(({ body }) => /maestro topic=(\S+)/.exec(body)?.[1] ?? []);
}

async function ask(github: FakeGithub, who: keyof typeof TOKENS, call: string, body: object): Promise<void> {
  const [method = "GET", path = ""] = call.split(" ");
  const headers = { authorization: `Bearer ${TOKENS[who]}` };
  const answer = await fetch(github.url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${call}: ${answer.status} ${await answer.text()}`);
}

/** CI, which knows how to spell, looks at each head once; alice approves the first one that is green. */
async function playReview(github: FakeGithub, daemon: Program, isOver: () => boolean): Promise<void> {
  const { data } = github;
  while (!isOver()) {
    if (!daemon.isRunning) throw new Error(`it ended:\n${(await daemon.ended).out}\n${(await daemon.ended).err}`);
    const [pull] = data.pulls;
    if (pull !== undefined && pull.mergedAt === null) {
      const checked = data.checkRuns.find(({ sha }) => sha === pull.headSha);
      const number = data.issues.find(({ id }) => id === pull.id)?.number ?? 0;
      if (checked === undefined) await check(github, pull.headSha);
      else if (checked.conclusion === "success" && data.reviews.length === 0)
        await ask(github, "alice", `POST ${R}/pulls/${number}/reviews`, { event: "APPROVE", body: "Good." });
    }
    await delay(50);
  }
}

async function check(github: FakeGithub, sha: string): Promise<void> {
  const text = github.git("acme", "app").git(["show", `${sha}:greeting.txt`]);
  const conclusion = text === "Hello." ? "success" : "failure";
  const output = { title: "Spelling", summary: `"${text}"`, text: "error: no such word" };
  await ask(github, "ci", `POST ${R}/check-runs`, { name: "ci", head_sha: sha, conclusion, output });
}

it.skipIf(CODEX === null).each(["linear", "github"] as const)(
  "a real Codex takes an issue of %s to the merge on GitHub: failing check, repair, approval, merge, done",
  async (tracker) => {
    const github = await openGithub();
    const board = await (tracker === "linear" ? onLinear() : onGithub(github));
    const model = await startFakeModel({ script: working, keys: ["sk-fake"] });
    onTestFinished(() => model.close());
    const ground = await newPlace();
    await mkdir(join(ground.root, "programs"));
    await symlink(CODEX ?? "", join(ground.root, "programs/codex"));
    await writeFiles(ground.home, { ".codex/auth.json": JSON.stringify({ OPENAI_API_KEY: "sk-fake" }) });
    const front = {
      workflow: { profile: { kind: "coding_pr_delivery", version: 1 } },
      tracker: board.front,
      repo: {
        remote: `${github.url}/acme/app.git`,
        base_branch: "main",
        provider: { kind: "github", repository: "acme/app", api_base_url: github.url, auth: { from: "environment" } },
      },
      validation: { commands: ["test -f greeting.txt"] },
      agent_provider: { kind: "codex", options: { model: "fake-model", config: configOf(model.url) } },
      polling: { interval_ms: 500 },
      workspace: { min_free_bytes: 1 },
    };
    await writeFiles(ground.cwd, {
      "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.identifier }}: {{ issue.title }}.\n`,
    });
    const env = {
      ...{ PATH: `${join(ground.root, "programs")}:${process.env.PATH ?? ""}`, GITHUB_TOKEN: TOKENS.maestro },
      ...board.environment,
    };
    const daemon = startMaestro({ ...ground, env });
    const branches = () => github.git("acme", "app").refs().size;
    await playReview(github, daemon, () => board.state() === "Done" && branches() === 1);
    expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0, err: "" });

    expect(github.data.checkRuns.map(({ conclusion }) => conclusion)).toEqual(["failure", "success"]);
    expect(github.data.pulls).toMatchObject([{ mergedBy: "maestro" }]);
    expect(github.server.log.effects("POST /repos/{owner}/{repo}/pulls")).toHaveLength(1);
    expect(github.server.log.effects("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge")).toHaveLength(1);
    expect(github.git("acme", "app").git(["show", "main:greeting.txt"])).toBe("Hello.");
    expect(new Set(board.topics()).size).toBe(board.topics().length);
    expect(JSON.stringify(model.asked)).not.toMatch(new RegExp([...Object.values(TOKENS), KEY].join("|")));
    expect(processesOf(ground.root)).toEqual([]);
  },
  120_000,
);

/** Where its model is. */
function configOf(url: string): object {
  const provider = { name: "Fake", base_url: `${url}/v1`, wire_api: "responses", requires_openai_auth: true };
  return { model_provider: "fake", "model_providers.fake": { ...provider, supports_websockets: false } };
}
