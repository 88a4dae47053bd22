import type { GithubData, GithubRepo, GithubRule, Permission } from "./state.ts";

/** What a test begins with. Issues, pulls and all else are made through the API. */
export interface GithubSeed {
  readonly users?: readonly {
    login: string;
    type?: "User" | "Organization";
    /** Personal access token. */
    token?: string;
    /** Highest right that the token passes on; default `admin`. */
    permission?: Permission;
    /** The token acts for this App, which may report checks. */
    appId?: number;
  }[];
  readonly repos?: readonly {
    owner: string;
    name: string;
    private?: boolean;
    defaultBranch?: string;
    files?: Record<string, string>;
    labels?: readonly string[];
    collaborators?: Record<string, Permission>;
    allow?: Partial<GithubRepo["allow"]>;
    deleteBranchOnMerge?: boolean;
    rules?: readonly Partial<GithubRule>[];
  }[];
  readonly apps?: readonly {
    id: number;
    slug: string;
    publicKey: string;
    installations: readonly { id: number; account: string; repos: readonly string[] }[];
  }[];
  readonly projects?: readonly {
    owner: string;
    number: number;
    title?: string;
    /** Single-select fields with their options; default `Status` with Todo, In Progress, In Review, Done. */
    fields?: Record<string, readonly string[]>;
  }[];
}

const DEFAULT_SEED = {
  users: [
    { login: "acme", type: "Organization" },
    { login: "maestro", token: "ghp_maestro" },
  ],
  repos: [{ owner: "acme", name: "app", collaborators: { maestro: "write" } }],
} satisfies GithubSeed;

export function createData(given: GithubSeed | undefined): GithubData {
  const seed: GithubSeed = given ?? DEFAULT_SEED;
  const data: GithubData = {
    ...{ users: [], tokens: [], apps: [], repos: [], issues: [], blockers: [], comments: [], pulls: [], reviews: [] },
    ...{ reviewComments: [], threads: [], statuses: [], checkRuns: [], events: [], projects: [], hooks: [] },
    nextId: 1001,
  };
  for (const user of seed.users ?? []) addUser(data, user);
  for (const repo of seed.repos ?? []) addRepo(data, repo);
  for (const app of seed.apps ?? []) addApp(data, app);
  for (const project of seed.projects ?? []) addProject(data, project);
  return data;
}

export function takeId(data: GithubData): number {
  data.nextId += 1;
  return data.nextId - 1;
}

function addUser(data: GithubData, user: NonNullable<GithubSeed["users"]>[number]): void {
  const { login, token, permission = "admin", appId = null } = user;
  const type = user.type ?? (login.endsWith("[bot]") ? "Bot" : "User");
  data.users.push({ id: takeId(data), login, type });
  if (token !== undefined) {
    data.tokens.push({ token, login, permission, repos: null, expiresAt: null, appId });
  }
}

function addRepo(data: GithubData, repo: NonNullable<GithubSeed["repos"]>[number]): void {
  const { owner, name, collaborators = {}, rules = [], labels = [] } = repo;
  const defaultBranch = repo.defaultBranch ?? "main";
  if (!data.users.some(({ login }) => login === owner))
    data.users.push({ id: takeId(data), login: owner, type: "Organization" });
  data.repos.push({
    id: takeId(data),
    owner,
    name,
    private: repo.private ?? false,
    defaultBranch,
    allow: { merge: true, squash: true, rebase: true, autoMerge: true, ...repo.allow },
    deleteBranchOnMerge: repo.deleteBranchOnMerge ?? false,
    collaborators: Object.entries(collaborators).map(([login, permission]) => ({ login, permission })),
    labels: labels.map((label) => ({ id: takeId(data), name: label, color: "ededed", description: null })),
    rules: rules.map((rule) => ({
      ...{ source: "ruleset", branch: defaultBranch, requiredChecks: [], strict: false, approvals: 0 },
      ...{ resolveThreads: false, mergeQueue: false, locked: false },
      ...rule,
    })) as GithubRule[],
  });
}

function addApp(data: GithubData, app: NonNullable<GithubSeed["apps"]>[number]): void {
  const installations = app.installations.map((one) => ({ ...one, repos: [...one.repos] }));
  data.apps.push({ ...app, installations });
  data.users.push({ id: takeId(data), login: `${app.slug}[bot]`, type: "Bot" });
}

function addProject(data: GithubData, project: NonNullable<GithubSeed["projects"]>[number]): void {
  const fields = project.fields ?? { Status: ["Todo", "In Progress", "In Review", "Done"] };
  data.projects.push({
    id: takeId(data),
    owner: project.owner,
    number: project.number,
    title: project.title ?? "Board",
    fields: Object.entries(fields).map(([name, options]) => ({
      id: `PVTSSF_${takeId(data)}`,
      name,
      options: options.map((option) => ({ id: takeId(data).toString(16).padStart(8, "0"), name: option })),
    })),
    items: [],
  });
}
