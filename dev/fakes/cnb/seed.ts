import type { CnbData, CnbProtection, CnbRepo, Permission } from "./state.ts";

/** What a test begins with. Pull requests and all else are made through the API. */
export interface CnbSeed {
  readonly users?: readonly {
    username: string;
    nickname?: string;
    isNpc?: boolean;
    token?: string;
    /** Of the token; default: all. */
    scopes?: readonly string[];
    isMcp?: boolean;
  }[];
  readonly repos?: readonly {
    /** `group/name`, or deeper. */
    path: string;
    private?: boolean;
    defaultBranch?: string;
    files?: Record<string, string>;
    labels?: readonly string[];
    members?: Record<string, Permission>;
    allow?: Partial<CnbRepo["allow"]>;
    protections?: readonly Partial<CnbProtection>[];
  }[];
}

const DEFAULT_SEED = {
  users: [{ username: "maestro", token: "cnb-maestro" }],
  repos: [{ path: "acme/app", members: { maestro: "write" } }],
} satisfies CnbSeed;

export function createData(given: CnbSeed | undefined): CnbData {
  const seed: CnbSeed = given ?? DEFAULT_SEED;
  const data: CnbData = {
    ...{ users: [], tokens: [], repos: [], pulls: [], comments: [], reviews: [], reviewComments: [], statuses: [] },
    builds: [],
    // Longer than a number holds, as a snowflake is.
    nextId: "1993250000000000001",
  };
  for (const { username, nickname = username, isNpc = false, token, scopes, isMcp = false } of seed.users ?? []) {
    data.users.push({ username, nickname, isNpc });
    if (token !== undefined) data.tokens.push({ token, username, scopes: scopes ? [...scopes] : null, isMcp });
  }
  for (const repo of seed.repos ?? []) addRepo(data, repo);
  return data;
}

export function takeId(data: CnbData): string {
  const id = data.nextId;
  data.nextId = String(BigInt(id) + 1n);
  return id;
}

function addRepo(data: CnbData, repo: NonNullable<CnbSeed["repos"]>[number]): void {
  const defaultBranch = repo.defaultBranch ?? "main";
  data.repos.push({
    ...{ id: takeId(data), path: repo.path, private: repo.private ?? false, defaultBranch },
    allow: { merge: true, squash: true, rebase: true, ...repo.allow },
    members: { ...repo.members },
    labels: (repo.labels ?? []).map((name) => ({ id: takeId(data), name, color: "#ededed", description: "" })),
    protections: (repo.protections ?? []).map((one) => ({
      ...{ branch: defaultBranch, approvals: 0, statusChecks: false, linearHistory: false, pullRequestsOnly: false },
      ...one,
    })),
  });
}
