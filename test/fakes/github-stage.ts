import { afterEach, expect, vi } from "vitest";
import { checkReply, type FakeGithub, type FakeGithubOptions, startFakeGithub } from "../../dev/fakes/github/index.ts";

// Real processes and schemas on a busy machine: slow is no failure here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const SEED: NonNullable<FakeGithubOptions["seed"]> = {
  users: [
    { login: "acme", type: "Organization" },
    { login: "maestro", token: "ghp_maestro" },
    { login: "ann", token: "ghp_ann" },
    { login: "boss", token: "ghp_boss" },
    { login: "reader", token: "ghp_reader", permission: "read" },
    { login: "stranger", token: "ghp_stranger" },
    { login: "ci[bot]", token: "ghs_ci", appId: 15368 },
  ],
  repos: [
    {
      owner: "acme",
      name: "app",
      files: { "README.md": "# app\n", "a.txt": "one\n" },
      labels: ["agent"],
      collaborators: { maestro: "write", ann: "write", reader: "read", boss: "admin" },
    },
    { owner: "acme", name: "secret", private: true, collaborators: { maestro: "write" } },
  ],
  projects: [{ owner: "acme", number: 7 }],
};

const running: FakeGithub[] = [];

afterEach(async () => {
  for (const fake of running.splice(0)) await fake.close();
});

/** A fake that ends with its test. */
export async function start(options: FakeGithubOptions = {}): Promise<FakeGithub> {
  const fake = await startFakeGithub({ seed: SEED, ...options });
  running.push(fake);
  return fake;
}

interface Asked {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/**
 * Asks as a caller would; the body is untyped on purpose. Each successful answer to a route of the fake is held against
 * GitHub's published document.
 */
export async function ask(fake: FakeGithub, call: string, { token = "ghp_maestro", body, headers = {} }: Asked = {}) {
  const [method = "GET", path = ""] = call.split(" ");
  const response = await fetch(fake.url + path, {
    method,
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
    redirect: "manual",
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const parsed = isJson ? JSON.parse(text) : undefined;
  const route = fake.server.log.calls.at(-1)?.operation ?? "";
  if (response.status < 300 && isJson && /^[A-Z]+ \/.*\{/.test(route)) {
    expect(checkReply(route, response.status, parsed), route).toEqual([]);
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** A pull request from a new branch with one changed file. */
export async function openPull(
  fake: FakeGithub,
  branch: string,
  options: { draft?: boolean; body?: string; file?: string } = {},
) {
  const { draft = false, body = "", file = `${branch.replaceAll("/", "-")}.txt` } = options;
  const by = { name: "agent", email: "agent@example.com", at: 1_700_000_000 };
  fake.git("acme", "app").commitFiles(branch, `Change ${branch}`, { [file]: `${branch}\n` }, by, "main");
  const draftBody = { title: `Pull ${branch}`, head: branch, base: "main", body, draft };
  const created = await ask(fake, "POST /repos/acme/app/pulls", { body: draftBody });
  expect(created.status).toBe(201);
  return created.body;
}

export const R = "/repos/acme/app";
