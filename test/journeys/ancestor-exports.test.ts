import { readFileSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type FakeGithub, startFakeGithub } from "../../dev/fakes/github/index.ts";
import { type FakeLinear, startFakeLinear } from "../../dev/fakes/linear/index.ts";
import { type FakeModel, startFakeModel } from "../../dev/fakes/models/fake-model.ts";
import type { ModelScript } from "../../dev/fakes/models/script.ts";
import { packagedFolder } from "../../src/workflow/index.ts";
import { realAgent } from "../agents/bench.ts";
import { newPlace, writeFiles } from "../e2e/ground.ts";
import { MAIN, type Place, Program } from "../e2e/program.ts";

const CODEX = realAgent("codex");
const PORT = 4000;

/** The ancestor's own words, with a place for each value that it leaves to its reader. */
const BLOCK = `export LINEAR_API_KEY=...
export LINEAR_PROJECT_SLUG=...
export SOURCE_REPO_URL=https://github.com/owner/repo.git
export SOURCE_REPO_BASE_BRANCH=main
export SOURCE_REPO_PROVIDER_REPOSITORY=owner/repo

./bin/symphony \\
  --i-understand-that-this-will-be-running-without-the-usual-guardrails \\
  --template linear/github/codex \\
  --port ${PORT}
`;

const STATES = [
  ["Backlog", "backlog"],
  ["Todo", "unstarted"],
  ...["In Progress", "In Review", "Merging", "Rework"].map((name) => [name, "started"]),
  ["Done", "completed"],
  ["Canceled", "canceled"],
].map(([name = "", type = ""]) => ({ name, type }));
const KEY = "lin_api_0123456789abcdef";
const SLUG = "0123456789ab";
const REPO = { owner: "owner", name: "repo" };
const TOKENS = { maestro: "ghp_of-maestro", alice: "ghp_of-alice" };

/** What a real Codex does here: it writes a file, and hands it over. */
const working: ModelScript = ({ outcomes }) => {
  const summary = "Wrote the greeting.";
  const steps = [
    [{ tool: "exec_command", args: { cmd: "echo Hello. > greeting.txt" } }],
    [{ tool: "run_handoff", namespace: "mcp__maestro", args: { summary } }],
    [{ tool: "run_finalize", namespace: "mcp__maestro", args: { path: "hand_off" } }],
  ];
  return steps[outcomes.length] ?? [{ text: "That is done." }];
};

interface Outside {
  readonly linear: FakeLinear;
  readonly github: FakeGithub;
  readonly model: FakeModel;
}

async function outside(): Promise<Outside> {
  const linear = await startFakeLinear({
    seed: {
      users: [{ name: "maestro", key: KEY }],
      teams: [{ key: "ENG", states: STATES, projects: [{ name: "Runner", slugId: SLUG }] }],
      issues: [{ team: "ENG", project: "Runner", title: "Greet people", state: "Todo" }],
    },
  });
  const github = await startFakeGithub({
    seed: {
      users: [
        { login: REPO.owner, type: "Organization" },
        ...Object.entries(TOKENS).map(([login, token]) => ({ login, token })),
      ],
      repos: [
        {
          ...REPO,
          private: true,
          files: { "README.md": "# repo\n" },
          collaborators: { maestro: "write", alice: "write" },
        },
      ],
    },
  });
  const model = await startFakeModel({ script: working, keys: ["sk-fake"] });
  onTestFinished(async () => {
    for (const fake of [linear, github, model]) await fake.close();
  });
  return { linear, github, model };
}

/** A packaged part with the address of a fake: what a team with servers of its own does in its project. */
function partAt(part: string, after: RegExp, lines: string): string {
  const text = readFileSync(join(packagedFolder("templates"), "parts", part), "utf8");
  expect(text).toMatch(after);
  return text.replace(after, (found) => `${found}\n${lines}`);
}

async function machine({ linear, github, model }: Outside): Promise<Place & { readonly root: string }> {
  const ground = await newPlace();
  await writeFiles(ground.cwd, {
    ".maestro/templates/tracker/linear.md": partAt(
      "tracker/linear.md",
      /^ {4}provider:$/m,
      `      endpoint: ${linear.url}/graphql`,
    ).replace("workflow:\n", "workflow:\n  polling: { interval_ms: 500 }\n"),
    ".maestro/templates/forge/github.md": partAt(
      "forge/github.md",
      /^ {6}kind: github$/m,
      `      api_base_url: ${github.url}`,
    ),
  });
  // The same program, told where its model is.
  const provider = `model_providers.fake={name="Fake",base_url="${model.url}/v1",wire_api="responses",requires_openai_auth=true,supports_websockets=false}`;
  const config = `--config 'model="fake-model"' --config model_provider=fake --config '${provider}'`;
  await writeFiles(ground.home, { ".codex/auth.json": JSON.stringify({ OPENAI_API_KEY: "sk-fake" }) });
  await mkdir(join(ground.cwd, "bin"));
  await writeFiles(ground.root, {
    "programs/codex": `#!/bin/sh\nexec '${CODEX ?? ""}' ${config} "$@"\n`,
    "folder/bin/symphony": `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`,
  });
  for (const program of ["programs/codex", "folder/bin/symphony"]) await chmod(join(ground.root, program), 0o755);
  return ground;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    onTestFinished(() => void socket.destroy());
  });
}

it.skipIf(CODEX === null)(
  "the ancestor's exports and its command line take an issue to the merge",
  async () => {
    expect(await isTaken(PORT), `the port ${PORT} is in use, and this test needs exactly that one`).toBe(false);
    const around = await outside();
    const ground = await machine(around);
    const { linear, github } = around;
    const values = [KEY, SLUG];
    const script = BLOCK.replace(/=\.\.\.$/gm, () => `=${values.shift() ?? ""}`)
      .replace("https://github.com/owner/repo.git", `${github.url}/owner/repo.git`)
      .replace("./bin/symphony", "exec ./bin/symphony");
    const env = { PATH: `${join(ground.root, "programs")}:${process.env.PATH ?? ""}`, GH_TOKEN: TOKENS.maestro };
    const daemon = new Program(["sh", "-c", script], { ...ground, env });
    await daemon.line(/ENG-1 {2}started: Greet people/);
    const page = await fetch(`http://127.0.0.1:${PORT}/healthz`);
    expect(page.status).toBe(200);

    const stateOf = () => linear.data.states.find(({ id }) => id === linear.data.issues[0]?.stateId)?.name;
    while (stateOf() !== "In Review") await pause(daemon);
    const [pull] = github.data.pulls;
    const review = `${github.url}/repos/owner/repo/pulls/1/reviews`;
    const headers = { authorization: `Bearer ${TOKENS.alice}` };
    const approved = await fetch(review, { method: "POST", headers, body: JSON.stringify({ event: "APPROVE" }) });
    expect(approved.status).toBe(200);
    while (stateOf() !== "Done") await pause(daemon);

    expect(github.data.pulls).toMatchObject([{ head: pull?.head, mergedBy: "maestro" }]);
    expect(github.git("owner", "repo").git(["show", "main:greeting.txt"])).toBe("Hello.");
    expect(JSON.stringify(around.model.asked)).not.toMatch(new RegExp(`${KEY}|${TOKENS.maestro}`));
    expect((await daemon.end("SIGTERM")).code).toBe(0);
  },
  120_000,
);

/** Between two looks; the service must not have ended. */
async function pause(daemon: Program): Promise<void> {
  if (!daemon.isRunning) throw new Error(`it ended:\n${(await daemon.ended).out}\n${(await daemon.ended).err}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
