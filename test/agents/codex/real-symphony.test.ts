import { readdirSync, readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { answerGit, Repository } from "../../../dev/fakes/git-http/index.ts";
import { type FakeLinear, startFakeLinear } from "../../../dev/fakes/linear/index.ts";
import { type FakeModel, startFakeModel } from "../../../dev/fakes/models/fake-model.ts";
import type { ModelScript } from "../../../dev/fakes/models/script.ts";
import { listen } from "../../../dev/fakes/shared/http.ts";
import { git, newPlace, processesOf, writeFiles } from "../../e2e/ground.ts";
import { type Place, startMaestro } from "../../e2e/program.ts";
import { realAgent } from "../bench.ts";
import { shell } from "./rig.ts";

const CODEX = realAgent("codex");
/** The service's key. */
const KEY = "lin_api_0123456789abcdef";
/** The agent's own, with which it moves issues, as is Symphony's way. */
const AGENT_KEY = "lin_api_fedcba9876543210";
const SLUG = "0123456789ab";
const STATES = [
  ["Backlog", "backlog"],
  ["Todo", "unstarted"],
  ...["In Progress", "Human Review", "Merging", "Rework"].map((name) => [name, "started"]),
  ["Done", "completed"],
  ["Canceled", "canceled"],
].map(([name = "", type = ""]) => ({ name, type }));
const WITHOUT_GUARDRAILS = "--i-understand-that-this-will-be-running-without-the-usual-guardrails";

/** A file as Symphony's users have it: not one key of ours. */
const file = ({ linear, model, remote, root }: Readonly<Record<"linear" | "model" | "remote" | "root", string>>) => `---
tracker:
  kind: linear
  endpoint: ${linear}/graphql
  api_key: $LINEAR_API_KEY
  project_slug: "runner-${SLUG}"
  active_states:
    - Todo
    - In Progress
    - Merging
    - Rework
  terminal_states:
    - Closed
    - Cancelled
    - Canceled
    - Duplicate
    - Done
polling:
  interval_ms: 5000
workspace:
  root: ${root}/symphony-workspaces
hooks:
  after_create: |
    git clone --depth 1 ${remote} .
  before_remove: |
    git log -1 --format=%s > ${root}/removed
agent:
  max_concurrent_agents: 10
  max_turns: 20
codex:
  command: codex --config shell_environment_policy.inherit=all --config 'model="fake-model"' --config model_reasoning_effort=xhigh --config model_provider=fake --config 'model_providers.fake={name="Fake",base_url="${model}/v1",wire_api="responses",requires_openai_auth=true,supports_websockets=false}' app-server
  approval_policy: never
  thread_sandbox: workspace-write
  turn_sandbox_policy:
    type: workspaceWrite
    networkAccess: true
---

You are working on a Linear ticket \`{{ issue.identifier }}\`

{% if attempt %}
Continuation context: this is retry attempt #{{ attempt }}; go on from the workspace as it is.
{% endif %}

Title: {{ issue.title }}
Current status: {{ issue.state }}
Labels: {{ issue.labels }}
URL: {{ issue.url }}

{% if issue.description %}
{{ issue.description }}
{% else %}
No description provided.
{% endif %}
`;

/** What an agent types to move the issue. */
function moving({ data, url }: FakeLinear, state: string): string {
  const query =
    "mutation($id: String!, $stateId: String!) { issueUpdate(id: $id, input: {stateId: $stateId}) { success } }";
  const stateId = data.states.find(({ name }) => name === state)?.id;
  const body = JSON.stringify({ query, variables: { id: "ENG-1", stateId } });
  return `curl -sS ${url}/graphql -H 'Authorization: ${AGENT_KEY}' -H 'Content-Type: application/json' -d '${body}'`;
}

/** In its first turn it begins, in the second it commits, pushes and closes the issue. */
const working =
  (linear: FakeLinear): ModelScript =>
  ({ said, outcomes }) => {
    if (outcomes.length > 0) return [{ text: "That is done." }];
    const isFirst = said.includes("You are working on a Linear ticket");
    const commit = "git -c user.name=Agent -c user.email=agent@example.invalid commit -q -m 'Greet people'";
    const lines = isFirst
      ? [moving(linear, "In Progress"), "cat README.md", "echo hello > greeting.txt", "env"]
      : ["git add greeting.txt", commit, "git push -q origin HEAD:refs/heads/greeting", moving(linear, "Done")];
    return [shell(lines.join(" && "))];
  };

async function openLinear(): Promise<FakeLinear> {
  const issue = { team: "ENG", project: "Runner" };
  const linear = await startFakeLinear({
    seed: {
      users: [
        { name: "maestro", key: KEY },
        { name: "agent", key: AGENT_KEY },
      ],
      teams: [{ key: "ENG", states: STATES, projects: [{ name: "Runner", slugId: SLUG }] }],
      issues: [
        { ...issue, title: "Greet people", description: "Write `greeting.txt`.", state: "Todo" },
        { ...issue, title: "Not yet", state: "Backlog" },
      ],
    },
  });
  onTestFinished(() => linear.close());
  return linear;
}

async function openModel(linear: FakeLinear): Promise<FakeModel> {
  const model = await startFakeModel({ script: working(linear), keys: ["sk-fake"] });
  onTestFinished(() => model.close());
  return model;
}

/** The team's repository, over HTTP: the agent's sandbox lets it write nowhere else on this machine. */
async function openRemote(root: string): Promise<{ readonly url: string; readonly path: string }> {
  const repository = new Repository(join(root, "remote.git"));
  const by = { name: "Team", email: "team@example.invalid", at: 1_700_000_000 };
  repository.create("main", { "README.md": "the project\n" }, by);
  const authorize = () => ({ kind: "allowed", identity: "agent", repository }) as const;
  const server = await listen(0, async (request, response) => {
    await answerGit({ authorize, happened: () => "answer" }, request, response);
  });
  onTestFinished(() => server.close());
  return { url: `${server.url}/project.git`, path: repository.path };
}

/** A machine with Codex on its PATH, and its user's login. */
async function machine({ home, root }: Place & { readonly root: string }): Promise<string> {
  const programs = join(root, "programs");
  await mkdir(programs);
  await symlink(CODEX ?? "", join(programs, "codex"));
  await writeFiles(home, { ".codex/auth.json": JSON.stringify({ OPENAI_API_KEY: "sk-fake" }) });
  return `${programs}:${process.env.PATH ?? ""}`;
}

it.skipIf(CODEX === null)(
  "a Symphony WORKFLOW.md (tracker linear, `codex` block) runs a real Codex against the fakes",
  { timeout: 120_000 },
  async () => {
    const linear = await openLinear();
    const model = await openModel(linear);
    const ground = await newPlace();
    const remote = await openRemote(ground.root);
    const text = file({ linear: linear.url, model: model.url, remote: remote.url, root: ground.root });
    await writeFiles(ground.cwd, { "WORKFLOW.md": text });
    const env = { PATH: await machine(ground), LINEAR_API_KEY: KEY };

    const daemon = startMaestro({ ...ground, env }, WITHOUT_GUARDRAILS);
    await daemon.line(/ENG-1 {2}started: Greet people/);
    await daemon.line(/ENG-1 {2}finished/);

    // Linear: the agent moved the issue, twice; the service moved nothing, and left the one in the backlog alone.
    const moves = linear.server.log.effects("mutation issueUpdate");
    const moved = moves.map(({ identity, variables }) => [identity, variables]);
    const stateId = (state: string) => linear.data.states.find(({ name }) => name === state)?.id;
    expect(moved).toEqual([
      ["agent", { id: "ENG-1", stateId: stateId("In Progress") }],
      ["agent", { id: "ENG-1", stateId: stateId("Done") }],
    ]);
    expect(linear.server.log.calls.filter(({ status }) => status !== 200)).toEqual([]);
    expect(JSON.stringify(linear.server.log.effects())).not.toContain("ENG-2");

    // Git: what the agent pushed from its clone, on top of the team's main.
    expect(git(remote.path, "log", "--format=%s", "main..greeting")).toBe("Greet people");
    expect(git(remote.path, "show", "greeting:greeting.txt")).toBe("hello");
    expect(git(remote.path, "show", "--stat", "--format=", "greeting")).toContain("1 file changed");

    // Codex: the login of this machine, the file's own words first, then a second turn in the same thread.
    expect(model.log.calls.map(({ status, identity }) => [status, identity])).toEqual(
      Array.from({ length: 4 }, () => [200, "sk-fake"]),
    );
    const [first, second, third] = model.asked;
    expect(first?.said).toMatch(
      /^You are working on a Linear ticket `ENG-1`[\s\S]*Current status: Todo[\s\S]*greeting/,
    );
    expect(first?.said).not.toContain("Continuation context");
    expect(third?.everything).toContain("You are working on a Linear ticket");
    const [told] = second?.outcomes ?? [];
    expect(told?.text).toContain("the project");
    expect(told?.text).toMatch(/^MAESTRO_ISSUE_IDENTIFIER=ENG-1$/m);
    expect(JSON.stringify(model.asked)).not.toContain(KEY);

    // What is over is cleaned up: the workspace, its hook, the processes.
    expect(readdirSync(join(ground.root, "symphony-workspaces"))).not.toContain("ENG-1");
    expect(readFileSync(join(ground.root, "removed"), "utf8")).toBe("Greet people\n");
    expect((await daemon.end("SIGTERM")).code).toBe(0);
    expect(processesOf(ground.root)).toEqual([]);
  },
);
