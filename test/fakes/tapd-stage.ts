import { afterEach, vi } from "vitest";
import { type FakeTapd, type FakeTapdOptions, startFakeTapd } from "../../dev/fakes/tapd/index.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const W = "20003271";

export const SEED: NonNullable<FakeTapdOptions["seed"]> = {
  accounts: [
    { user: "maestro", password: "tapd-password" },
    { user: "other", password: "other-password", workspaces: ["20000000"] },
  ],
  apps: [{ clientId: "app", secret: "app-secret" }],
  tokens: [{ token: "pat-1", name: "ann" }],
  workspaces: [
    {
      id: W,
      types: [
        { id: "1120003271001000001", name: "需求" },
        {
          id: "1120003271001000002",
          name: "并行",
          workflow: {
            statuses: { planning: "规划中", done: "完成" },
            first: "planning",
            last: [],
            transitions: [{ name: "完成", from: "planning", to: "done" }],
            steps: { "1": "发布" },
          },
        },
      ],
    },
    { id: "20000000" },
  ],
};

const running: FakeTapd[] = [];

afterEach(async () => {
  for (const fake of running.splice(0)) await fake.close();
});

/** A fake that ends with its test. */
export async function start(options: FakeTapdOptions = {}): Promise<FakeTapd> {
  const fake = await startFakeTapd({ seed: SEED, ...options });
  running.push(fake);
  return fake;
}

export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

interface Asked {
  readonly auth?: string | null;
  readonly workspace?: string | null;
  readonly json?: unknown;
}

/** Asks as a caller would, with a form; `json` sends that instead. */
export async function ask(
  fake: FakeTapd,
  call: string,
  params: Record<string, string> = {},
  { auth = basic("maestro", "tapd-password"), workspace = W, json }: Asked = {},
) {
  const [method = "GET", path = ""] = call.split(" ");
  const all = new URLSearchParams({ ...(workspace !== null && { workspace_id: workspace }), ...params });
  const response = await fetch(method === "GET" ? `${fake.url}${path}?${all}` : fake.url + path, {
    method,
    headers: {
      ...(auth !== null && { authorization: auth }),
      ...(json !== undefined && { "content-type": "application/json" }),
    },
    ...(method !== "GET" && { body: json === undefined ? all : JSON.stringify(json) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export async function newStory(fake: FakeTapd, params: Record<string, string> = {}) {
  const { body } = await ask(fake, "POST /stories", { name: "Story", ...params });
  return body.data.Story;
}

export async function newBug(fake: FakeTapd, params: Record<string, string> = {}) {
  const { body } = await ask(fake, "POST /bugs", { title: "Bug", ...params });
  return body.data.Bug;
}
