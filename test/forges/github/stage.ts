import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeGithub, type FakeGithubOptions, startFakeGithub } from "../../../dev/fakes/github/index.ts";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { silentLog } from "../../../src/base/log.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { SecretRegistry } from "../../../src/base/redact.ts";
import type { AdapterContext } from "../../../src/contracts/tracker.ts";

/** Names that the conformance cases give to people, beside the usual ones. */
const PEOPLE = ["alice", "bob", "b", "alice · x", "alice · <!-- x -->", "m"];

/** The columns of the board, with the states that the shared cases use. */
const COLUMNS = ["Backlog", "Todo", "In Progress", "Doing", "In Review", "Blocked", "Mine", "Yours"].concat([
  "lost_answer",
  "lost_request",
  "Alpha",
  "Beta",
  "Done",
  "Canceled",
]);

/** The token of somebody of the seed. */
export function tokenOf(login: string): string {
  return `ghp_${Buffer.from(login).toString("hex")}`;
}

type Seed = NonNullable<FakeGithubOptions["seed"]>;
type Repo = NonNullable<Seed["repos"]>[number];

/** One repository in which Maestro and everybody of the cases may write; `stranger` may only read. */
export function seedOf(repo: Partial<Repo> = {}): Seed {
  const members = ["maestro", ...PEOPLE];
  return {
    users: [
      { login: "acme", type: "Organization" },
      ...[...members, "stranger"].map((login) => ({ login, token: tokenOf(login) })),
      { login: "ci[bot]", token: tokenOf("ci"), appId: 15368 },
    ],
    repos: [
      {
        owner: "acme",
        name: "app",
        files: { "README.md": "# app\n" },
        collaborators: Object.fromEntries(members.map((login) => [login, "write" as const])),
        ...repo,
      },
    ],
    projects: [{ owner: "acme", number: 7, fields: { Status: COLUMNS, Size: ["S"] } }],
  };
}

/** The system's clock whose pauses are short: nobody waits for a limit of a fake. */
export function hastyClock(): Clock {
  const clock = systemClock();
  return { ...clock, sleep: (ms, signal) => clock.sleep(Math.min(ms, 2), signal) };
}

/** A running fake with what adapters are opened with. */
export interface GithubStage {
  readonly fake: FakeGithub;
  readonly context: AdapterContext;
  readonly clock: Clock;
  options(login?: string): { readonly [key: string]: string };
  dispose(): Promise<void>;
}

export async function githubStage(fakeOptions: FakeGithubOptions = {}): Promise<GithubStage> {
  const fake = await startFakeGithub({ seed: seedOf(), ...fakeOptions });
  const root = mkdtempSync(join(tmpdir(), "maestro-github-"));
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
  };
  return {
    fake,
    context,
    clock,
    options: (login = "maestro") => ({ repository: "acme/app", api_base_url: fake.url, token: tokenOf(login) }),
    dispose: async () => {
      await fake.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
