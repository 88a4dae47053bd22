import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeCnb, type FakeCnbOptions, startFakeCnb } from "../../../dev/fakes/cnb/index.ts";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { RateLimiters } from "../../../src/base/rate-limiter.ts";
import { SecretRegistry } from "../../../src/base/redact.ts";
import type { AdapterContext } from "../../../src/contracts/tracker.ts";

/** Names that the conformance cases give to people, beside the usual ones. */
const PEOPLE = ["alice", "bob", "b", "alice · x", "m"];

/** The path of the repository: groups are nested on CNB. */
export const REPO = "acme/team/app";

/** The token of somebody of the seed. */
export function tokenOf(username: string): string {
  return `cnb-${Buffer.from(username).toString("hex")}`;
}

type Seed = NonNullable<FakeCnbOptions["seed"]>;
type Repo = NonNullable<Seed["repos"]>[number];

/** One repository in which Maestro and everybody of the cases may write; `reader` may only read, `stranger` is nobody there. */
export function seedOf(repo: Partial<Repo> = {}): Seed {
  const members = ["maestro", ...PEOPLE];
  return {
    users: [
      ...[...members, "reader", "stranger"].map((username) => ({ username, token: tokenOf(username) })),
      { username: "robot", token: tokenOf("robot"), isNpc: true },
    ],
    repos: [
      {
        path: REPO,
        files: { "README.md": "# app\n" },
        members: { ...Object.fromEntries(members.map((name) => [name, "write" as const])), reader: "read" },
        ...repo,
      },
    ],
  };
}

/** The system's clock whose pauses are short: nobody waits for a limit of a fake. */
export function hastyClock(): Clock {
  const clock = systemClock();
  return { ...clock, sleep: (ms, signal) => clock.sleep(Math.min(ms, 2), signal) };
}

/** A running fake with what adapters are opened with. */
export interface CnbStage {
  readonly fake: FakeCnb;
  readonly context: AdapterContext;
  readonly clock: Clock;
  options(username?: string): { readonly [key: string]: string };
  dispose(): Promise<void>;
}

export async function cnbStage(fakeOptions: FakeCnbOptions = {}): Promise<CnbStage> {
  const fake = await startFakeCnb({ seed: seedOf(), ...fakeOptions });
  const root = mkdtempSync(join(tmpdir(), "maestro-cnb-"));
  const clock = hastyClock();
  const context: AdapterContext = {
    clock,
    random: systemRandom(),
    log: silentLog,
    secrets: new SecretRegistry(),
    directory: root,
    stateDirectory: join(root, "state"),
    repository: { path: null, baseBranch: "main", remote: null },
    environment: {},
    limiters: new RateLimiters(clock),
  };
  return {
    fake,
    context,
    clock,
    options: (username = "maestro") => ({ repository: REPO, api_base_url: fake.url, token: tokenOf(username) }),
    dispose: async () => {
      await fake.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const BY = { name: "agent", email: "agent@example.invalid", at: 1_700_000_000 };

/** Commits on a branch (a new one begins at `main`) and does what a push over HTTP tells the fake. */
export function push({ fake }: Pick<CnbStage, "fake">, branch: string, files: Record<string, string>): string {
  const git = fake.git(REPO);
  const from = git.head(branch) === undefined ? "main" : branch;
  const head = git.commitFiles(branch, Object.keys(files).join(", "), files, BY, from);
  for (const pull of fake.data.pulls) if (pull.head === branch && pull.state === "open") pull.headSha = head;
  return head;
}

/** Asks as somebody of the seed would; throws for what is no success. */
export async function ask(
  { fake }: Pick<CnbStage, "fake">,
  username: string,
  call: string,
  body?: object,
): Promise<{ readonly [key: string]: unknown }> {
  const [method = "GET", path = ""] = call.split(" ");
  const headers = { authorization: `Bearer ${tokenOf(username)}` };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${fake.url}/${REPO}/-${path}`, { method, headers, ...sent });
  if (!answer.ok) throw new Error(`${call}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
