import { type FakeGithub, startFakeGithub } from "../fakes/github/index.ts";
import { startFakeLinear } from "../fakes/linear/index.ts";
import type { LoggedCall } from "../fakes/shared/call-log.ts";
import { startFakeTapd } from "../fakes/tapd/index.ts";

/** A tracker's fake over real HTTP with issues in it. */
export interface RemoteTracker {
  readonly kind: string;
  /** `tracker` of a workflow file, in lines. */
  readonly front: readonly string[];
  readonly calls: readonly LoggedCall[];
  /** Whether the call lists candidates, which each poll does once. */
  readonly isPoll: (call: LoggedCall) => boolean;
  /** What an hour was planned to take at this interval, in words. */
  readonly target: string;
  close(): Promise<void>;
}

const LINEAR_KEY = "lin_api_0123456789abcdef";
const TOKEN = "ghp_maestro";
const TAPD = { user: "maestro", password: "tapd-password", workspace: "20003271" } as const;
/** More than any daemon here asks in a minute: its own pace is not what is counted. */
const TAPD_PER_MINUTE = 6_000;

/** Every tracker whose requests are counted, with this many open issues, none of them begun. */
export const REMOTE_TRACKERS: readonly ((issues: number) => Promise<RemoteTracker>)[] = [linear, github, tapd];

async function linear(issues: number): Promise<RemoteTracker> {
  const names = ["In Progress", "In Review", "Merging", "Rework"].map((name) => ({ name, type: "started" }));
  const states = [
    { name: "Todo", type: "unstarted" },
    ...names,
    { name: "Done", type: "completed" },
    { name: "Canceled", type: "canceled" },
  ];
  const fake = await startFakeLinear({
    seed: {
      users: [{ name: "maestro", key: LINEAR_KEY }],
      teams: [{ key: "ENG", states }],
      issues: titles(issues).map((title) => ({ team: "ENG", title, state: "Todo" })),
    },
  });
  const options = { endpoint: `${fake.url}/graphql`, api_key: LINEAR_KEY, team: "ENG" };
  return {
    kind: "linear",
    front: [`tracker: { kind: linear, provider: ${JSON.stringify(options)} }`],
    calls: fake.server.log.calls,
    isPoll: ({ operation, variables }) => operation === "query issues" && JSON.stringify(variables).includes('"state"'),
    target: "≤ 240 /h: candidates and the running ones, one each",
    close: () => fake.close(),
  };
}

async function github(issues: number): Promise<RemoteTracker> {
  const fake = await startGithub(issues);
  return {
    kind: "github",
    front: githubFront(fake),
    calls: fake.server.log.calls,
    isPoll: ({ operation }) => operation === "GET /repos/{owner}/{repo}/issues",
    target: "≤ 840 /h: 1-2 and 5, all 304 when unchanged",
    close: () => fake.close(),
  };
}

/** GitHub with a repository and issues that are to be done. */
export async function startGithub(issues: number): Promise<FakeGithub> {
  const fake = await startFakeGithub({
    seed: {
      users: [
        { login: "acme", type: "Organization" },
        { login: "maestro", token: TOKEN },
      ],
      repos: [
        {
          ...{ owner: "acme", name: "app", collaborators: { maestro: "write" } },
          files: { "README.md": "A project to measure with.\n" },
        },
      ],
    },
  });
  for (const title of titles(issues)) {
    const answer = await fetch(`${fake.url}/repos/acme/app/issues`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ title, body: "Write a file.", labels: ["status:Todo"] }),
    });
    if (!answer.ok) throw new Error(`The fake refused an issue: ${await answer.text()}`);
  }
  return fake;
}

/** The tracker `github` on that fake, states as labels. */
export function githubFront({ url }: FakeGithub): readonly string[] {
  const options = { repository: "acme/app", api_base_url: url, token: TOKEN };
  return [`tracker: { kind: github, provider: ${JSON.stringify(options)} }`];
}

/** The forge `github` on that fake, its repository cloned over HTTP. */
export function githubForgeFront({ url }: FakeGithub): readonly string[] {
  const options = { kind: "github", repository: "acme/app", api_base_url: url, token: TOKEN };
  const repo = { remote: `${url}/acme/app.git`, base_branch: "main", provider: options };
  return [`repo: ${JSON.stringify(repo)}`];
}

async function tapd(issues: number): Promise<RemoteTracker> {
  const { user, password, workspace } = TAPD;
  const fake = await startFakeTapd({
    seed: { accounts: [{ user, password }], workspaces: [{ id: workspace }] },
    limits: { perMinute: TAPD_PER_MINUTE },
  });
  for (const name of titles(issues)) {
    const answer = await fetch(`${fake.url}/stories`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` },
      body: new URLSearchParams({ workspace_id: workspace, name, description: "Write a file." }),
    });
    if (!answer.ok) throw new Error(`The fake refused a story: ${await answer.text()}`);
  }
  const options = {
    ...{ endpoint: fake.url, workspace_id: workspace, requests_per_minute: TAPD_PER_MINUTE },
    ...{ api_user: user, api_password: password },
  };
  const states =
    "planning: status_4, developing: developing, review: status_5, merging: merging, rework: rework, resolved: resolved, rejected: rejected";
  return {
    kind: "tapd",
    front: [
      "tracker:",
      "  kind: tapd",
      `  provider: ${JSON.stringify(options)}`,
      `  lifecycle: { raw_state_by_route_key: { ${states} } }`,
    ],
    calls: fake.server.log.calls,
    isPoll: ({ operation, path }) => operation === "GET /stories" && path.includes("&status="),
    target: "≤ 240 /h: a list and the running ones, relations only of what changed",
    close: () => fake.close(),
  };
}

function titles(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `Issue ${at + 1}`);
}
