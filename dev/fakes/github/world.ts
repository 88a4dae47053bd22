import { join } from "node:path";
import { Repository } from "../git-http/index.ts";
import type { Call, FakeServer } from "../shared/fake-server.ts";
import type { Store } from "../shared/store.ts";
import { notFound } from "./refusal.ts";
import { takeId } from "./seed.ts";
import type { GithubData, GithubIssue, GithubPull, GithubRepo, GithubUser } from "./state.ts";

/** The fake's parts in one hand: data, Git repositories, clock, webhooks. */
export class World {
  readonly server: FakeServer;
  readonly store: Store<GithubData>;
  readonly #folder: string;
  /** Pulls whose mergeability is worked out: for which two commits, and the call that set it off. */
  readonly computed = new Map<number, { readonly commits: string; readonly by: Call }>();

  constructor(server: FakeServer, store: Store<GithubData>, folder: string) {
    this.server = server;
    this.store = store;
    this.#folder = folder;
  }

  /** As it is now; a reader who lags is handed its own. */
  get data(): GithubData {
    return this.store.state;
  }

  get now(): number {
    return this.server.clock.now();
  }

  git({ owner, name }: GithubRepo): Repository {
    return new Repository(join(this.#folder, owner, `${name}.git`));
  }

  nextId(): number {
    return takeId(this.data);
  }
}

/** One request that is carried out. */
export interface Doing {
  readonly world: World;
  readonly call: Call;
  /** What this caller sees. */
  readonly data: GithubData;
  /** Login of the caller; empty for nobody. */
  readonly actor: string;
}

export const nameOf = ({ owner, name }: GithubRepo) => `${owner}/${name}`;

export function findRepo(data: GithubData, owner: string, name: string): GithubRepo | undefined {
  const full = `${owner}/${name}`.toLowerCase();
  return data.repos.find((repo) => nameOf(repo).toLowerCase() === full);
}

export function repoById(data: GithubData, id: number): GithubRepo {
  return orThrow(data.repos.find((repo) => repo.id === id));
}

export function findIssue(data: GithubData, repo: GithubRepo, number: number): GithubIssue {
  return orThrow(data.issues.find((issue) => issue.repoId === repo.id && issue.number === number));
}

export function issueById(data: GithubData, id: number): GithubIssue {
  return orThrow(data.issues.find((issue) => issue.id === id));
}

export function pullOf(data: GithubData, issue: GithubIssue): GithubPull {
  return orThrow(data.pulls.find(({ id }) => id === issue.id));
}

export function userNamed(data: GithubData, login: string): GithubUser {
  return (
    data.users.find((user) => user.login.toLowerCase() === login.toLowerCase()) ?? {
      id: 10137,
      login: "ghost",
      type: "User",
    }
  );
}

/** Pull requests of a repository that are open, with their issues. */
export function openPulls(data: GithubData, repo: GithubRepo): { issue: GithubIssue; pull: GithubPull }[] {
  return data.issues
    .filter((issue) => issue.repoId === repo.id && issue.isPull && issue.state === "open")
    .map((issue) => ({ issue, pull: pullOf(data, issue) }));
}

export function orThrow<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}
