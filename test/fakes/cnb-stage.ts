import { afterEach, vi } from "vitest";
import { type FakeCnb, type FakeCnbOptions, startFakeCnb } from "../../dev/fakes/cnb/index.ts";

// Real processes on a busy machine: slow is no failure here.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const REPO = "acme/team/app";
export const R = `/${REPO}/-`;

export const SEED: NonNullable<FakeCnbOptions["seed"]> = {
  users: [
    { username: "maestro", token: "cnb-maestro" },
    { username: "ann", token: "cnb-ann", nickname: "Ann" },
    { username: "reader", token: "cnb-reader" },
    { username: "stranger", token: "cnb-stranger" },
    { username: "bot", token: "cnb-narrow", isNpc: true, scopes: ["repo-pr:r", "repo-notes:rw", "repo-code:r"] },
    { username: "assistant", token: "cnb-mcp", isMcp: true },
  ],
  repos: [
    {
      path: REPO,
      files: { "README.md": "# app\n", "a.txt": "one\n" },
      labels: ["agent", "urgent"],
      members: { maestro: "write", ann: "write", reader: "read", bot: "write", assistant: "write" },
    },
    { path: "acme/secret", private: true, members: { maestro: "write" } },
  ],
};

type Protections = NonNullable<NonNullable<FakeCnbOptions["seed"]>["repos"]>[number]["protections"];

export function withProtection(...protections: NonNullable<Protections>): FakeCnbOptions {
  return { seed: { ...SEED, repos: (SEED.repos ?? []).map((repo) => ({ ...repo, protections })) } };
}

const running: FakeCnb[] = [];

afterEach(async () => {
  for (const fake of running.splice(0)) await fake.close();
});

/** A fake that ends with its test. */
export async function start(options: FakeCnbOptions = {}): Promise<FakeCnb> {
  const fake = await startFakeCnb({ seed: SEED, ...options });
  running.push(fake);
  return fake;
}

interface Asked {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly accept?: string;
}

/** Asks as a caller would; the body is untyped on purpose. */
export async function ask(
  fake: FakeCnb,
  call: string,
  { token = "cnb-maestro", body, accept = "application/vnd.cnb.api+json" }: Asked = {},
) {
  const [method = "GET", path = ""] = call.split(" ");
  const response = await fetch(fake.url + path, {
    method,
    headers: { accept, ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const BY = { name: "agent", email: "agent@example.com", at: 1_700_000_000 };

/** A commit on a branch that begins at `main`. */
export function commit(fake: FakeCnb, branch: string, files: Record<string, string>): string {
  const from = fake.git(REPO).head(branch) === undefined ? "main" : branch;
  return fake.git(REPO).commitFiles(branch, `Change ${branch}`, files, BY, from);
}

/** A pull request from a new branch with one changed file, looked at once. */
export async function openPull(fake: FakeCnb, branch: string, options: { title?: string; file?: string } = {}) {
  const { title = `Pull ${branch}`, file = `${branch.replaceAll("/", "-")}.txt` } = options;
  commit(fake, branch, { [file]: `${branch}\n` });
  const created = await ask(fake, `POST ${R}/pulls`, { body: { title, body: "", head: branch, base: "main" } });
  const { number } = created.body;
  await ask(fake, `GET ${R}/pulls/${number}`);
  return { ...created.body, path: `${R}/pulls/${number}` };
}

export async function read(fake: FakeCnb, path: string) {
  return (await ask(fake, `GET ${path}`)).body;
}
