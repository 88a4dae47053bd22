import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type FakeGithub, startFakeGithub } from "../../../dev/fakes/github/index.ts";
import { type FakeLinear, startFakeLinear } from "../../../dev/fakes/linear/index.ts";
import { newPlace, processesOf, writeFiles } from "../../e2e/ground.ts";
import { type Place, type Program, startMaestro } from "../../e2e/program.ts";

const AGENT = fileURLToPath(new URL("agent.mjs", import.meta.url));
const KEY = "lin_api_0123456789abcdef";
const PERSON_KEY = "lin_api_fedcba9876543210";
const SLUG = "0123456789ab";
/** Who has which token on GitHub. */
const TOKENS = { maestro: "ghp_maestro", alice: "ghp_alice", ci: "ghs_ci" } as const;
const STATES = [
  ["Todo", "unstarted"],
  ...["In Progress", "In Review", "Merging", "Rework"].map((name) => [name, "started"]),
  ["Done", "completed"],
  ["Canceled", "canceled"],
].map(([name = "", type = ""]) => ({ name, type }));

/** What becomes of the issues of code, by their titles; ENG-1 is the first. */
export const CODE = [
  "Greet",
  "Greet, which CI refuses once",
  "Greet, which a reviewer refuses once",
  "Say it in the same line",
  "Say it in the same line as well",
  "Greet, whose change somebody closes",
  "Greet, which fails every time",
  "Greet, which a reviewer remarks on",
] as const;

/** The other profiles: the repository of their issues, what they begin in, and their titles. */
export const BOARDS = [
  {
    profile: "triage",
    repo: "intake",
    begin: "intake",
    titles: ["Rows are lost, to routed", "Rows are lost, answered wrongly first, to rejected", "It needs a person"],
  },
  {
    profile: "requirement_analysis",
    repo: "needs",
    begin: "intake",
    titles: ["Export, to ready", "Export, answered wrongly first, to review", "Export, to rejected"],
  },
  {
    profile: "requirement_refinement",
    repo: "drafts",
    begin: "draft",
    titles: ["Export, to ready", "Export, answered wrongly first, to review", "Export, which idles"],
  },
  {
    profile: "review_routing",
    repo: "desk",
    begin: "pending_review",
    titles: ["Look at it, to assigned", "Look at it, answered wrongly first, to escalated", "Look at it, to completed"],
  },
] as const;

/** A daemon with its own workflow file, home and agents' log; it may be killed and started again. */
export class Desk {
  readonly profile: string;
  readonly place: Place & { readonly root: string };
  readonly #log: string;
  #daemon: Program | null = null;
  /** Everything that its daemons printed as errors. */
  readonly errors: string[] = [];
  /** Runs of one issue that were seen alive at the same time. */
  readonly together = new Set<string>();

  private constructor(profile: string, place: Place & { readonly root: string }) {
    this.profile = profile;
    this.place = place;
    this.#log = join(place.root, "agents.jsonl");
  }

  static async make(profile: string, front: object): Promise<Desk> {
    const ground = await newPlace();
    const env = { LINEAR_API_KEY: KEY, GITHUB_TOKEN: TOKENS.maestro };
    const desk = new Desk(profile, { ...ground, env });
    const command = [process.execPath, AGENT, desk.#log];
    const whole = {
      workflow: { profile: { kind: profile, version: 1 } },
      ...front,
      agent: { max_concurrent_agents: 2, max_attempts: 4, max_retry_backoff_ms: 10_000 },
      agent_provider: { kind: "mock", options: { command } },
      // Its agent keeps a log of its own, outside of every workspace, for the judge.
      agent_runtime: { sandbox: "none" },
      polling: { interval_ms: 500 },
      workspace: { min_free_bytes: 1 },
    };
    const body = `Issue of the day: ${profile} | {{ issue.title }}`;
    await writeFiles(ground.cwd, { "WORKFLOW.md": `---\n${JSON.stringify(whole)}\n---\n${body}\n` });
    appendFileSync(desk.#log, "");
    return desk;
  }

  start(): void {
    this.#daemon = startMaestro(this.place);
  }

  /** As a power cut does it. */
  async kill(): Promise<void> {
    const { err } = (await this.#daemon?.end("SIGKILL")) ?? { err: "" };
    if (err !== "") this.errors.push(err);
  }

  async stop(): Promise<void> {
    const { code, err } = (await this.#daemon?.end("SIGTERM")) ?? { code: 0, err: "" };
    if (code !== 0 || err !== "") this.errors.push(`ended with ${code}: ${err}`);
  }

  /** Looks for runs of one issue that are alive together. Throws when the service ended by itself. */
  watch(): void {
    if (this.#daemon?.isRunning !== true) throw new Error(`${this.profile} has ended by itself`);
    for (const [issue, runs] of this.#alive()) {
      if (runs.size < 2) continue;
      // One may have ended while the others were read; both are alive only when they still are.
      const still = this.#alive().get(issue) ?? new Set();
      if ([...runs].every((run) => still.has(run))) this.together.add(`${issue}: runs ${[...runs].join(" and ")}`);
    }
  }

  #alive(): Map<string, Set<string>> {
    const runs = new Map<string, Set<string>>();
    for (const { issue, run } of processesOf(this.place.root)) runs.set(issue, (runs.get(issue) ?? new Set()).add(run));
    return runs;
  }

  /** What its agents said themselves. */
  agents(): { readonly event: string; readonly issue: string; readonly run: number; readonly pid: number }[] {
    const lines = readFileSync(this.#log, "utf8").split("\n");
    return lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  }
}

/** Everything outside of Maestro, and the five services on it. */
export interface Day {
  readonly linear: FakeLinear;
  readonly github: FakeGithub;
  readonly desks: readonly Desk[];
}

export async function newDay(): Promise<Day> {
  const linear = await startFakeLinear({
    seed: {
      users: [
        { name: "maestro", key: KEY },
        { name: "alice", key: PERSON_KEY },
      ],
      teams: [{ key: "ENG", states: STATES, projects: [{ name: "Runner", slugId: SLUG }] }],
      issues: CODE.map((title) => ({ team: "ENG", project: "Runner", title, state: "Todo" })),
    },
  });
  const people = Object.entries(TOKENS).map(([login, token]) =>
    login === "ci" ? { login: "ci[bot]", token, appId: 15_368 } : { login, token },
  );
  const collaborators = { maestro: "write", alice: "write" } as const;
  const rules = [{ requiredChecks: ["ci"], approvals: 1 }];
  const github = await startFakeGithub({
    seed: {
      users: [{ login: "acme", type: "Organization" }, ...people],
      repos: [
        {
          ...{ owner: "acme", name: "app", private: true },
          collaborators,
          rules,
          files: { "shared.txt": "A line.\n" },
        },
        ...BOARDS.map(({ repo }) => ({ owner: "acme", name: repo, collaborators })),
      ],
    },
  });
  onTestFinished(async () => {
    for (const fake of [linear, github]) await fake.close();
  });
  for (const board of BOARDS) for (const title of board.titles) await fileIssue(github, board, title);
  const desks = [await Desk.make("coding_pr_delivery", codeFront(linear, github))];
  for (const { profile, repo } of BOARDS) desks.push(await Desk.make(profile, { tracker: boardFront(github, repo) }));
  return { linear, github, desks };
}

function codeFront(linear: FakeLinear, github: FakeGithub): object {
  return {
    tracker: {
      kind: "linear",
      provider: { endpoint: `${linear.url}/graphql`, project_slug: SLUG, api_key: "$LINEAR_API_KEY" },
    },
    repo: {
      remote: `${github.url}/acme/app.git`,
      base_branch: "main",
      provider: { kind: "github", repository: "acme/app", api_base_url: github.url, auth: { from: "environment" } },
    },
    validation: { commands: ["test -d work"] },
  };
}

function boardFront(github: FakeGithub, repo: string): object {
  const provider = { repository: `acme/${repo}`, api_base_url: github.url, auth: { from: "environment" } };
  return { kind: "github", provider };
}

async function fileIssue(github: FakeGithub, { repo, begin }: (typeof BOARDS)[number], title: string): Promise<void> {
  await askAs(github, "alice", `POST /repos/acme/${repo}/issues`, { title, labels: [`status:${begin}`, "kept"] });
}

/** Asks GitHub as somebody. Throws when it refuses. */
export async function askAs({ url }: FakeGithub, who: keyof typeof TOKENS, call: string, body: object): Promise<void> {
  const [method = "GET", path = ""] = call.split(" ");
  const headers = { authorization: `Bearer ${TOKENS[who]}` };
  const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${call}: ${answer.status} ${await answer.text()}`);
}
